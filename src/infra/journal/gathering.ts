/** At most, whatever the engine does. */
const LONGEST_MS = 10;

/** Lets a write wait while it would help nobody, so that more share it: each costs both processors something. */
export class Gathering {
  /** Set by the owner: true while the engine has enough to do without what is to be written. */
  isFree: () => boolean = () => false;
  #end: () => void = () => undefined;

  /** Resolves when the next write should begin. */
  async whole(): Promise<void> {
    if (!this.isFree()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LONGEST_MS);
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Something waits for the write. */
  end(): void {
    this.#end();
  }
}
