import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CliPlace } from './cli.ts';

const HOOK = new URL('./moved-clock.mjs', import.meta.url);

/** Gives all that a place starts, its threads too, clocks that {@link MovedClock} moves. */
export class MovedClock {
  readonly #file: string;
  #sleptMs = 0;
  #setByMs = 0;

  constructor(place: CliPlace) {
    this.#file = join(place.root, 'clock.json');
    Object.assign(place.env, {
      NODE_OPTIONS: `--import ${fileURLToPath(HOOK)}`,
      HEYCAT_MOVED_CLOCK: this.#file,
    });
  }

  /** What the moved clocks say now. */
  get now(): number {
    return Date.now() + this.#sleptMs + this.#setByMs;
  }

  /** Sets the time of day forward, or back, from what it would be. */
  setBy(ms: number): Promise<void> {
    this.#setByMs = ms;
    return this.#write();
  }

  sleep(ms: number): Promise<void> {
    this.#sleptMs += ms;
    return this.#write();
  }

  async #write(): Promise<void> {
    const beside = `${this.#file}.new`;
    await writeFile(beside, JSON.stringify({ sleptMs: this.#sleptMs, setByMs: this.#setByMs }));
    await rename(beside, this.#file);
  }
}
