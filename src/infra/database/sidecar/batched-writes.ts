import type { Socket } from 'node:net';
import { Agent, buildConnector, type Dispatcher } from 'undici';

/** The connection under one websocket. Frames sent in one turn leave in one system call, which costs more than they. */
export class BatchedWrites {
  /** For the websocket to connect with. */
  readonly dispatcher: Dispatcher;
  #socket: Socket | undefined;
  #isHeld = false;

  constructor() {
    const connect = buildConnector({});
    this.dispatcher = new Agent({
      connect: (options, callback) =>
        connect(options, (...result) => {
          this.#socket = result[1] ?? undefined;
          callback(...result);
        }),
    });
  }

  /** Call it before each send. */
  hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#socket?.cork();
    // After the promises of this turn, so that whatever they send goes with it.
    process.nextTick(() => {
      this.#isHeld = false;
      this.#socket?.uncork();
    });
  }
}
