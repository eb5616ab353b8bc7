import type { ClientEvent, Gap } from '../../src/infra/ipc/client/client.ts';

/** What one subscriber heard of the record, and whether it came as promised. */
export class Stream {
  /** The command of each seq, as it was last heard. */
  readonly heard = new Map<number, string>();
  /** Told by `onGap`: the history was replaced. */
  announced = 0;
  skipped = 0;
  repeated = 0;
  #next: number;

  constructor(fromSeq = 1) {
    this.#next = fromSeq;
  }

  /** Seq of the event expected next. */
  get next(): number {
    return this.#next;
  }

  onEvent({ seq, command_id }: ClientEvent): void {
    if (seq === undefined) return;
    if (seq > this.#next) this.skipped += seq - this.#next;
    if (seq < this.#next) this.repeated += 1;
    this.heard.set(seq, command_id!);
    this.#next = seq + 1;
  }

  onGap({ seq }: Gap): void {
    this.announced += 1;
    this.#next = seq + 1;
    // What it knew is void: it reads the state anew.
    this.heard.clear();
  }
}
