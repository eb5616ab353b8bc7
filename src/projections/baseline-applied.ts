/** The read models agree with the engine again; told to UIs as `sync_complete`. */
export class BaselineApplied {
  constructor(
    readonly epoch: string,
    readonly seq: number,
  ) {}
}
