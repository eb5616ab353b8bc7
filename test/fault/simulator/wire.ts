import { EmbeddedSocket } from '../../../src/infra/database/embedded/embedded-socket.ts';
import type { Process } from './clock.ts';
import { world } from './world.ts';

const LATENCY_MS = 3;

export interface WireEnds {
  service: Process;
  server: Process;
  /** In the server's turn. */
  onFrame(frame: Uint8Array): void;
  onEnd(): void;
}

/** One connection between service and engine. Frames come in order, late, and not at all once it is cut. */
export class Wire {
  /** The service's end. */
  readonly socket: EmbeddedSocket;
  #isCut = false;
  #isGarbling = false;
  /** When what was sent last arrives, by direction. */
  readonly #arrival = { up: 0, down: 0 };

  constructor(private readonly ends: WireEnds) {
    this.socket = new EmbeddedSocket({
      send: (frame) => this.#travel('up', () => this.ends.onFrame(frame)),
      close: () => this.#travel('up', () => this.ends.onEnd()),
    });
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  /** Brings a frame of the server to the service. */
  deliver(frame: Uint8Array): void {
    this.#travel('down', () => {
      const bytes = this.#isGarbling ? frame.subarray(0, Math.floor(world().random() * frame.length)) : frame;
      this.#isGarbling = false;
      this.socket.receive(bytes);
    });
  }

  /** The server has ended the connection, behind what it has sent. */
  finish(): void {
    this.#travel('down', () => this.socket.finish());
  }

  /** The next frame for the service loses its end. */
  garble(): void {
    this.#isGarbling = true;
  }

  /** What is on its way is lost; both ends hear of it. */
  cut(): void {
    if (this.#isCut) return;
    const { clock, random } = world();
    this.#isCut = true;
    clock.after(random() * LATENCY_MS, () => this.socket.finish(), this.ends.service);
    clock.after(random() * LATENCY_MS, () => this.ends.onEnd(), this.ends.server);
  }

  #travel(direction: 'up' | 'down', arrive: () => void): void {
    const { clock, random } = world();
    const owner = direction === 'up' ? this.ends.server : this.ends.service;
    const at = Math.max(this.#arrival[direction], clock.now + random() * LATENCY_MS);
    this.#arrival[direction] = at;
    clock.after(at - clock.now, () => this.#isCut || arrive(), owner);
  }
}
