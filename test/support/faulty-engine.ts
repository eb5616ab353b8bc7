import type { Engine, EngineEndpoint, EngineSocket } from '../../src/infra/database/engine.ts';

/** An engine whose connections can be made to misbehave; everything else is the engine it wraps. */
export class FaultyEngine implements Engine {
  /** Every connection that was opened, oldest first. */
  readonly sockets: FaultySocket[] = [];
  /** When set, new connections are refused with it. */
  refusal: Error | undefined;
  /** A frame with this text in it ends its connection before it gets through. */
  endsAt: string | undefined;

  constructor(private readonly engine: Engine) {}

  get status() {
    return this.engine.status;
  }

  get onExit() {
    return this.engine.onExit;
  }

  set onExit(listener) {
    this.engine.onExit = listener;
  }

  get socket(): FaultySocket {
    return this.sockets.at(-1)!;
  }

  async start(): Promise<EngineEndpoint> {
    const endpoint = await this.engine.start();
    return {
      ...endpoint,
      connect: async (deadlineMs) => {
        if (this.refusal !== undefined) throw this.refusal;
        const endsHere = (frame: Uint8Array) =>
          this.endsAt !== undefined && Buffer.from(frame).includes(this.endsAt);
        const socket = new FaultySocket(await endpoint.connect(deadlineMs), endsHere);
        this.sockets.push(socket);
        return socket;
      },
    };
  }

  stop(): Promise<void> {
    return this.engine.stop();
  }
}

export class FaultySocket implements EngineSocket {
  onopen?: (event: unknown) => void;
  onclose?: (event: unknown) => void;
  onerror?: (event: unknown) => void;
  onmessage?: (event: { data: Uint8Array }) => void;
  /** Swallows what the engine says, as a stopped process does. */
  muted = false;
  /** Puts frames that begin with this byte aside, until {@link release}. */
  held: number | undefined;
  readonly #aside: Uint8Array[] = [];
  /** What the client has sent, in order. */
  readonly sent: Uint8Array[] = [];
  /** Frames as they came. */
  readonly frames: Uint8Array[] = [];

  constructor(
    private readonly inner: EngineSocket,
    private readonly endsHere: (frame: Uint8Array) => boolean,
  ) {
    inner.onmessage = ({ data }) => {
      this.frames.push(data);
      if (data[0] === this.held) this.#aside.push(data);
      else if (!this.muted) this.onmessage?.({ data });
    };
    inner.onclose = (event) => this.onclose?.(event);
    inner.onerror = (event) => this.onerror?.(event);
  }

  /** Hands a frame to the client as if the engine had sent it. */
  inject(data: Uint8Array): void {
    this.onmessage?.({ data });
  }

  /** Hands over what was put aside, and puts nothing aside any more. */
  release(): void {
    this.held = undefined;
    for (const frame of this.#aside.splice(0)) this.inject(frame);
  }

  /** The connection breaks without a word from the engine. */
  break(): void {
    this.inner.close();
    this.onclose?.({});
  }

  send(frame: Uint8Array): void {
    this.sent.push(frame);
    if (this.endsHere(frame)) this.break();
    else this.inner.send(frame);
  }

  close(): void {
    this.inner.close();
  }
}
