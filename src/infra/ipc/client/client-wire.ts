import { connect, type Socket } from 'node:net';
import { ERRORS, HeycatError, type ErrorCode } from '../../../errors.ts';
import {
  callBody,
  encodeFrame,
  FrameParser,
  isObject,
  type Params,
  type RequestId,
} from '../transport/wire-format.ts';
import { isProof, PROTOCOL, proofOf, randomHex32 } from '../transport/handshake.ts';
import { IPC_LIMITS } from '../transport/limits.ts';

/** How long a service may take to notice the end of a connection. */
const LINGER_MS = 1_000;

/** Where a service listens, and the secret that proves the right to talk to it. */
export interface ClientTarget {
  socket: string;
  token: string;
}

export interface WireOptions {
  client: { name: string; version: string };
  /** Time to connect and finish the handshake, in ms. */
  connectMs: number;
  onNotification(method: string, params: Params): void;
  /** Called once, after an open wire has broken or was closed. */
  onClosed(): void;
}

/** What the service said about itself. */
export interface ServiceFacts {
  protocol: number;
  server: { name: string; version: string };
  instance_id: string;
  epoch: string;
  last_seq: number;
  limits: Record<string, number>;
  identity: string | null;
  features: string[];
}

/** Runs while the answer's frame is read, before any later message is looked at. */
export type OnAnswer = (error: HeycatError | undefined, result: unknown) => void;

/** A request could not be answered because there is, or was suddenly, no connection. */
export function notConnected(outcome: 'not_sent' | 'unknown', cause?: unknown): HeycatError {
  const message =
    outcome === 'unknown'
      ? 'The connection ended before the answer came; the request may have been carried out.'
      : 'There is no connection to the heycat service.';
  return new HeycatError('NOT_READY', message, { reason: 'not_connected', outcome }, { cause });
}

function errorOf(error: unknown): HeycatError {
  const { message, data } = isObject(error) ? error : {};
  const { code, details } = isObject(data) ? data : {};
  const known = typeof code === 'string' && Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'INTERNAL';
  return new HeycatError(known, String(message), isObject(details) ? details : {});
}

/** One authenticated connection to the service. It never reconnects; {@link HeycatClient} does. */
export class ClientWire {
  readonly #socket: Socket;
  readonly #options: WireOptions;
  readonly #answers = new Map<RequestId, OnAnswer>();
  readonly #parser = new FrameParser({
    maxBodyBytes: IPC_LIMITS.max_response_bytes,
    maxHeaderBytes: IPC_LIMITS.max_header_bytes,
  });
  #lastId = 0;
  #output = '';
  #isOpen = false;
  #hasReceived = false;
  #facts: ServiceFacts | undefined;

  private constructor(socket: Socket, options: WireOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#closed());
  }

  /**
   * Connects, lets the service prove itself, then proves this client.
   * @throws HeycatError NOT_READY when nobody answers, UNAUTHENTICATED when the service does not know the token (or
   * refuses ours), UNSUPPORTED_PROTOCOL.
   */
  static async open(target: ClientTarget, options: WireOptions): Promise<ClientWire> {
    const socket = connect(target.socket);
    const wire = new ClientWire(socket, options);
    const timer = setTimeout(() => socket.destroy(), options.connectMs);
    try {
      await connected(socket);
      await wire.#handshake(target.token);
      return wire;
    } catch (error) {
      socket.destroy();
      const closed = error instanceof HeycatError && error.code === 'NOT_READY';
      throw closed ? notConnected('not_sent', error) : error;
    } finally {
      clearTimeout(timer);
    }
  }

  get facts(): ServiceFacts {
    return this.#facts!;
  }

  /** Sends a request; `onAnswer` runs exactly once, also when the connection ends. */
  request(method: string, params: Params, onAnswer: OnAnswer): RequestId {
    const id = (this.#lastId += 1);
    this.#answers.set(id, onAnswer);
    this.#send(callBody({ id, method, params }));
    return id;
  }

  /** Cancels a request: its answer will be ignored. */
  cancel(id: RequestId): void {
    if (!this.#answers.delete(id)) return;
    this.#send(callBody({ id: undefined, method: '$/cancelRequest', params: { id } }));
  }

  /** Sends a liveness probe. @returns false when nothing has been received since the previous one. */
  checkAlive(): boolean {
    if (!this.#hasReceived) return false;
    this.#hasReceived = false;
    this.request('ping', {}, () => undefined);
    return true;
  }

  close(): void {
    this.#flush();
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), LINGER_MS).unref();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #ask(method: string, params: Params): Promise<Params> {
    return new Promise((resolve, reject) => {
      this.request(method, params, (error, result) => {
        if (error !== undefined) reject(error);
        else resolve(result as Params);
      });
    });
  }

  async #handshake(token: string): Promise<void> {
    const nonce = randomHex32();
    const hello = await this.#ask('hello', { protocol: PROTOCOL, client: this.#options.client, nonce });
    const nonces = { client: nonce, server: String(hello['nonce']) };
    if (!isProof(proofOf('server', token, nonces), hello['proof'])) {
      throw new HeycatError('UNAUTHENTICATED', 'Whoever answers on the socket does not know the token.');
    }
    const welcome = await this.#ask('authenticate', { proof: proofOf('client', token, nonces) });
    this.#facts = { ...hello, ...welcome } as unknown as ServiceFacts;
    this.#isOpen = true;
  }

  /** What one turn of the event loop asks for leaves in one write. */
  #send(body: string): void {
    if (this.#output === '') queueMicrotask(() => this.#flush());
    this.#output += encodeFrame(body);
  }

  #flush(): void {
    const output = this.#output;
    this.#output = '';
    if (output !== '' && this.#socket.writable) this.#socket.write(output);
  }

  #receive(chunk: Buffer): void {
    this.#hasReceived = true;
    this.#parser.push(chunk);
    for (let body = this.#nextBody(); body !== undefined; body = this.#nextBody()) this.#message(body);
  }

  /** What is no message ends the connection: nothing after it could be trusted. */
  #nextBody(): unknown {
    try {
      const body = this.#parser.next();
      return body === undefined ? undefined : JSON.parse(body.toString('utf8'));
    } catch {
      this.#socket.destroy();
      return undefined;
    }
  }

  #message(message: unknown): void {
    if (!isObject(message)) return;
    const { id, method, params, error, result } = message;
    if (typeof method === 'string') {
      if (this.#isOpen && isObject(params)) this.#options.onNotification(method, params);
      return;
    }
    const onAnswer = this.#answers.get(id as RequestId);
    if (onAnswer === undefined) return;
    this.#answers.delete(id as RequestId);
    if (error === undefined) onAnswer(undefined, result);
    else onAnswer(errorOf(error), undefined);
  }

  #closed(): void {
    // First, so that nothing is asked here while the unanswered are notified.
    if (this.#isOpen) this.#options.onClosed();
    this.#isOpen = false;
    const unanswered = [...this.#answers.values()];
    this.#answers.clear();
    for (const onAnswer of unanswered) onAnswer(notConnected('unknown'), undefined);
  }
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (cause) => reject(notConnected('not_sent', cause)));
    socket.once('close', () => reject(notConnected('not_sent')));
  });
}
