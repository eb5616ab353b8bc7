/** What runs code and may be killed: a service, an engine, a client. Nothing of it runs afterwards. */
export class Process {
  /** Nothing of it runs before that time. */
  pausedUntil = 0;
  #isAlive = true;
  readonly #onEnd: (() => void)[] = [];

  constructor(readonly name: string) {}

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Has `work` done at its end, by whoever ends it. */
  onEnd(work: () => void): void {
    this.#onEnd.push(work);
  }

  end(): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    for (const work of this.#onEnd) work();
  }
}

/** A time at which something happens. */
export interface Appointment {
  readonly owner: Process;
  readonly run: () => void;
  at: number;
  /** Of two at the same time the one that was made first comes first. */
  order: number;
  isOff: boolean;
}

const nextTurn = globalThis.setImmediate;

/**
 * Virtual time. One thing happens, then all promises that follow from it settle, then the next: the same seed gives the
 * same history. Whatever is begun in that turn belongs to the process whose turn it is.
 */
export class Clock {
  /** In ms since 1970, were it never set and never asleep. */
  readonly start = Date.UTC(2026, 0, 1);
  now = this.start;
  /** How long the machine has slept so far: no process notices, and no timer goes on. */
  sleptMs = 0;
  /** By how much the time of day was set forward. */
  setByMs = 0;
  readonly world = new Process('world');
  current = this.world;
  turns = 0;
  #order = 0;
  readonly #heap: Appointment[] = [];

  /** The time of day, in ms since 1970. */
  get wall(): number {
    return Math.floor(this.now + this.sleptMs + this.setByMs);
  }

  /** Since the start of the machine, sleep included, in ms. */
  get boot(): number {
    return this.now - this.start + this.sleptMs;
  }

  after(ms: number, run: () => void, owner = this.current): Appointment {
    const appointment = { owner, run, at: this.now + Math.max(0, ms), order: this.#order++, isOff: false };
    this.#push(appointment);
    return appointment;
  }

  /** Has a process do something in its next turn. */
  has(owner: Process, work: () => void): void {
    this.after(0, work, owner);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve));
  }

  /** Lets time pass until `isDone`, or until `ms` are over. @returns whether it was done in time. */
  async runUntil(isDone: () => boolean, ms: number): Promise<boolean> {
    const end = this.now + ms;
    while (!isDone()) {
      const next = this.#pop();
      if (next === undefined || next.at > end) {
        if (next !== undefined) this.#push(next);
        this.now = end;
        return false;
      }
      if (next.isOff || !next.owner.isAlive) continue;
      if (next.owner.pausedUntil > next.at) {
        next.at = next.owner.pausedUntil;
        this.#push(next);
        continue;
      }
      this.now = Math.max(this.now, next.at);
      this.current = next.owner;
      this.turns += 1;
      next.run();
      await new Promise((resolve) => void nextTurn(resolve));
      this.current = this.world;
    }
    return true;
  }

  #push(appointment: Appointment): void {
    const heap = this.#heap;
    let at = heap.push(appointment) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(appointment, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = appointment;
  }

  #pop(): Appointment | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(one: Appointment, other: Appointment): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
