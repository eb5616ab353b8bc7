const TURN = 0;
const CONNECTION = 1;
const LENGTH = 2;
const HEADER_BYTES = 12;
/** Enough for every command of an ordinary size; of a longer frame the beginning, which names the command. */
const FRAME_BYTES = 16 * 1024;

/** The call that a worker is in, so that somebody outside can see how long it takes and whose it is. */
export interface RunningCall {
  /** Changes with every call. */
  turn: number;
  connection: number;
  /** The client's frame, possibly cut short. */
  frame: Uint8Array;
}

/** Memory shared between the worker, which runs calls, and the service, which ends a call that never ends. */
export class CallWatch {
  readonly #header: Int32Array;
  readonly #frame: Uint8Array;

  constructor(readonly memory = new SharedArrayBuffer(HEADER_BYTES + FRAME_BYTES)) {
    this.#header = new Int32Array(memory, 0, HEADER_BYTES / 4);
    this.#frame = new Uint8Array(memory, HEADER_BYTES);
  }

  /** Runs a call under watch. */
  during<T>(connection: number, frame: Uint8Array, call: () => T): T {
    const header = this.#header;
    header[CONNECTION] = connection;
    header[LENGTH] = Math.min(frame.length, FRAME_BYTES);
    this.#frame.set(frame.length > FRAME_BYTES ? frame.subarray(0, FRAME_BYTES) : frame);
    // Odd while a call runs; the atomic store publishes what was written before it.
    Atomics.add(header, TURN, 1);
    try {
      return call();
    } finally {
      Atomics.add(header, TURN, 1);
    }
  }

  get running(): RunningCall | undefined {
    const turn = Atomics.load(this.#header, TURN);
    if (turn % 2 === 0) return undefined;
    const frame = this.#frame.slice(0, this.#header[LENGTH]);
    return { turn, connection: this.#header[CONNECTION]!, frame };
  }
}
