import type { Socket } from 'node:net';
import { HeycatError } from '../../../errors.ts';
import {
  encodeFrame,
  errorBody,
  FrameParser,
  parseBody,
  type RequestId,
  resultBody,
  toCall,
} from './wire-format.ts';
import type { ServerHandshake } from './handshake.ts';
import type { IpcLimits } from './limits.ts';
import type { Notification, NotificationSender, NotificationSink } from './notification-sink.ts';
import type { PendingRequest } from './request.ts';

/** Above this much unsent output a connection takes no notifications, and further up reads no requests. */
const NOTIFY_BACKLOG_BYTES = 256 * 1024;
const READ_BACKLOG_BYTES = 1024 * 1024;
/** After the last word, how long a client may take to read it. */
const LINGER_MS = 1_000;

export interface ConnectionEvents {
  onAuthenticated(connection: IpcConnection): void;
  onMessage(connection: IpcConnection, message: unknown): void;
  onClosed(connection: IpcConnection): void;
}

/** One client's socket: frames in, frames out, and nothing but the handshake until it has succeeded. */
export class IpcConnection implements NotificationSink {
  readonly requests = new Map<RequestId, PendingRequest>();
  readonly handshake: ServerHandshake;
  #sender: NotificationSender | undefined;
  readonly #socket: Socket;
  readonly #limits: IpcLimits;
  readonly #events: ConnectionEvents;
  readonly #parser: FrameParser;
  #output = '';
  #ended = false;
  #congested = false;
  #handshakeTimer: NodeJS.Timeout | undefined;
  #frameTimer: NodeJS.Timeout | undefined;
  #frames = 0;

  constructor(
    socket: Socket,
    handshake: ServerHandshake,
    options: { limits: IpcLimits; events: ConnectionEvents },
  ) {
    this.#socket = socket;
    this.handshake = handshake;
    this.#limits = options.limits;
    this.#events = options.events;
    this.#parser = new FrameParser({
      maxBodyBytes: options.limits.max_handshake_bytes,
      maxHeaderBytes: options.limits.max_header_bytes,
    });
    this.#handshakeTimer = setTimeout(() => this.destroy(), options.limits.handshake_ms);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('drain', () => this.#drained());
    // A broken pipe is how many clients end; `close` follows and is enough.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#closed());
  }

  /** Queues one message; what is queued in one turn of the event loop leaves in one write. */
  send(body: string): boolean {
    if (this.#ended) return false;
    if (this.#output === '') process.nextTick(this.#flush);
    this.#output += encodeFrame(body);
    return this.#backlog() < NOTIFY_BACKLOG_BYTES;
  }

  notify(notification: Notification): boolean {
    const free = this.send(notification.body());
    if (!free) this.#congested = true;
    return free;
  }

  attach(sender: NotificationSender): void {
    this.#sender = sender;
  }

  /** Says the last word, if any, and ends the connection once it could be read. */
  end(lastBody?: string): void {
    if (this.#ended) return;
    if (lastBody !== undefined) this.send(lastBody);
    this.#flush();
    this.#ended = true;
    this.#socket.end();
    // What still comes in is thrown away, so that the client is not reset before it has read the answer.
    this.#socket.resume();
    setTimeout(() => this.destroy(), LINGER_MS).unref();
  }

  destroy(): void {
    this.#ended = true;
    this.#socket.destroy();
  }

  #backlog(): number {
    return this.#output.length + this.#socket.writableLength;
  }

  #flush = (): void => {
    const output = this.#output;
    if (output === '' || this.#ended) return;
    this.#output = '';
    if (this.#socket.write(output)) this.#drained();
  };

  #drained(): void {
    if (this.#ended) return;
    if (this.#socket.isPaused()) this.#socket.resume();
    if (!this.#congested || this.#backlog() >= NOTIFY_BACKLOG_BYTES) return;
    this.#congested = false;
    this.#sender?.ready();
  }

  #receive(chunk: Buffer): void {
    if (this.#ended) return;
    try {
      this.#parser.push(chunk);
      for (let body = this.#parser.next(); body !== undefined; body = this.#parser.next()) {
        this.#frames += 1;
        this.#body(body);
        if (this.#ended) return;
      }
      this.#watchFrame();
    } catch (error) {
      this.#protocolError(HeycatError.from(error));
    }
    if (this.#backlog() > READ_BACKLOG_BYTES) this.#socket.pause();
  }

  #body(body: Buffer): void {
    if (!this.handshake.authenticated) return this.#handshakeMessage(body);
    let message: unknown;
    try {
      message = parseBody(body, this.#limits.max_json_depth);
    } catch (error) {
      this.send(errorBody(null, HeycatError.from(error)));
      return;
    }
    this.#events.onMessage(this, message);
  }

  /** Whoever does not follow the handshake to the letter gets no answer: the connection just closes. */
  #handshakeMessage(body: Buffer): void {
    const { id, method, params } = toCall(parseBody(body, this.#limits.max_json_depth));
    if (id === undefined || !this.handshake.expects(method)) return this.destroy();
    try {
      this.send(resultBody(id, this.handshake.answer(params)));
    } catch (error) {
      return this.end(errorBody(id, HeycatError.from(error)));
    }
    if (!this.handshake.authenticated) return;
    clearTimeout(this.#handshakeTimer);
    this.#parser.maxBodyBytes = this.#limits.max_request_bytes;
    this.#events.onAuthenticated(this);
  }

  #protocolError(error: HeycatError): void {
    if (this.handshake.authenticated) this.end(errorBody(null, error));
    else this.destroy();
  }

  /** A frame that was begun must be completed soon: it holds memory. */
  #watchFrame(): void {
    if (!this.#parser.partial || this.#frameTimer !== undefined) return;
    const frame = this.#frames;
    this.#frameTimer = setTimeout(() => {
      this.#frameTimer = undefined;
      const stuck = this.#parser.partial && this.#frames === frame && !this.#socket.isPaused();
      if (stuck)
        this.#protocolError(new HeycatError('INVALID_REQUEST', 'A frame was begun and not completed.'));
      else this.#watchFrame();
    }, this.#limits.frame_ms);
  }

  #closed(): void {
    this.#ended = true;
    this.#output = '';
    clearTimeout(this.#handshakeTimer);
    clearTimeout(this.#frameTimer);
    for (const request of this.requests.values()) request.giveUp('CANCELLED');
    this.#sender?.closed();
    this.#events.onClosed(this);
  }
}
