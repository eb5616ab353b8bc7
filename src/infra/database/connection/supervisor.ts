import type { ConnectionState } from '../../../events/live-event.ts';
import { Backoff } from '../../process/backoff.ts';

/** So many ends within a minute are no accident. */
const ENDS = 5;
const WITHIN_MS = 60_000;

export interface SupervisorOptions {
  backoff?: Backoff;
  /** A session that has held for so long ends a lasting fault; default a minute. */
  stableMs?: number;
  /** Added to each wait in a lasting fault, which is not helped by haste; default a second. */
  degradedWaitMs?: number;
}

/** Watches how sessions come and go. Pure but for the backoff's chance; times are ms of a clock that never jumps. */
export class Supervisor {
  readonly #backoff: Backoff;
  readonly #stableMs: number;
  readonly #degradedWaitMs: number;
  #ends: number[] = [];
  /** When the present session began. */
  #since: number | undefined;
  #hasConnected = false;
  #isDegraded = false;

  constructor({
    backoff = new Backoff(),
    stableMs = 60_000,
    degradedWaitMs = 1_000,
  }: SupervisorOptions = {}) {
    this.#backoff = backoff;
    this.#stableMs = stableMs;
    this.#degradedWaitMs = degradedWaitMs;
  }

  connected(now: number): void {
    this.#since = now;
    this.#hasConnected = true;
    this.#backoff.reset();
  }

  /** A session has ended, or an attempt has failed. @returns how long to wait before the next attempt, in ms. */
  ended(now: number): number {
    if (this.#isStable(now)) this.#recover();
    this.#since = undefined;
    this.#ends = [...this.#ends.filter((end) => now - end < WITHIN_MS), now];
    if (this.#ends.length >= ENDS) this.#isDegraded = true;
    return this.#backoff.next() + (this.#isDegraded ? this.#degradedWaitMs : 0);
  }

  state(now: number): ConnectionState {
    if (this.#isStable(now)) this.#recover();
    if (this.#isDegraded) return 'degraded';
    if (this.#since !== undefined) return 'connected';
    return this.#hasConnected ? 'reconnecting' : 'starting';
  }

  #isStable(now: number): boolean {
    return this.#since !== undefined && now - this.#since >= this.#stableMs;
  }

  #recover(): void {
    this.#isDegraded = false;
    this.#ends = [];
  }
}
