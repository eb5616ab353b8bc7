import { EngineError } from './engine-error.ts';

type MessageHandler = (event: { data: Uint8Array }) => void;
type Handler = (event: unknown) => void;

/** How a socket reaches its engine. */
export interface SocketOutlet {
  send(frame: Uint8Array): void;
  close(): void;
}

/**
 * The client's end of one connection. The engine speaks first, before an owner had a chance to set its handlers, so
 * frames and the end are kept until somebody listens.
 */
export class EmbeddedSocket {
  readonly #outlet: SocketOutlet;
  readonly #frames: Uint8Array[] = [];
  #state: 'open' | 'ended' | 'reported' = 'open';
  #onmessage: MessageHandler | undefined;
  #onclose: Handler | undefined;
  #onopen: Handler | undefined;
  onerror?: Handler;

  constructor(outlet: SocketOutlet) {
    this.#outlet = outlet;
  }

  get onmessage(): MessageHandler | undefined {
    return this.#onmessage;
  }

  set onmessage(handler: MessageHandler | undefined) {
    this.#onmessage = handler;
    this.#deliverSoon();
  }

  get onclose(): Handler | undefined {
    return this.#onclose;
  }

  set onclose(handler: Handler | undefined) {
    this.#onclose = handler;
    this.#deliverSoon();
  }

  get onopen(): Handler | undefined {
    return this.#onopen;
  }

  /** The socket is handed out open: a handler is called once, after the caller has set the others. */
  set onopen(handler: Handler | undefined) {
    const first = this.#onopen === undefined;
    this.#onopen = handler;
    if (first) setImmediate(() => this.#onopen?.({ type: 'open' }));
  }

  /** @throws EngineError ENGINE_UNAVAILABLE after the end. */
  send(frame: Uint8Array): void {
    if (this.#state !== 'open') throw new EngineError('ENGINE_UNAVAILABLE', 'The connection has ended.');
    this.#outlet.send(frame);
  }

  close(): void {
    if (this.#state !== 'open') return;
    this.#outlet.close();
    this.finish();
  }

  /** A frame of the engine. */
  receive(frame: Uint8Array): void {
    if (this.#state !== 'open') return;
    if (this.#onmessage !== undefined && this.#frames.length === 0) {
      this.#onmessage({ data: frame });
      return;
    }
    this.#frames.push(frame);
    this.#deliver();
  }

  /** The connection has ended; reported once, in a turn of its own. */
  finish(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ended';
    this.#deliverSoon();
  }

  /** What was kept comes like any other event: after the turn, and its promises, in which the handlers were set. */
  #deliverSoon(): void {
    setImmediate(() => this.#deliver());
  }

  #deliver(): void {
    while (this.#onmessage !== undefined && this.#frames.length > 0)
      this.#onmessage({ data: this.#frames.shift()! });
    if (this.#state !== 'ended' || this.#onclose === undefined) return;
    this.#state = 'reported';
    this.#onclose({ type: 'close' });
  }
}
