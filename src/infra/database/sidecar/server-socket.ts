import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'undici';
import { HeycatError } from '../../../errors.ts';
import type { EngineSocket } from '../engine.ts';
import { BatchedWrites } from './batched-writes.ts';
import type { ServerApi } from './server-api.ts';

const PROTOCOL = 'v1.bsatn.spacetimedb';
/** The server's frames start with one byte that names the compression; we always ask for none. */
const NO_COMPRESSION = 0;

type MessageHandler = (event: { data: Uint8Array }) => void;
type Handler = (event: unknown) => void;

/**
 * One websocket as an EngineSocket. The server speaks first, before an owner had a chance to set its handlers, so
 * frames and the end are kept until somebody listens.
 */
export class ServerSocket implements EngineSocket {
  readonly #socket: WebSocket;
  readonly #writes = new BatchedWrites();
  readonly #frames: Uint8Array[] = [];
  #end: unknown;
  #state: 'open' | 'ended' | 'reported' = 'open';
  #onmessage: MessageHandler | undefined;
  #onclose: Handler | undefined;
  #onopen: Handler | undefined;
  onerror?: Handler;
  /** Resolves to true with the first frame, to false when the socket ends without one. */
  readonly accepted: Promise<boolean>;

  constructor(url: URL) {
    const socket = new WebSocket(url, { protocols: PROTOCOL, dispatcher: this.#writes.dispatcher });
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    this.accepted = new Promise((resolve) => {
      socket.addEventListener('message', (event) => {
        this.#receive(event.data as unknown);
        resolve(true);
      });
      const end = (event: unknown) => {
        this.#finish(event);
        resolve(false);
      };
      socket.addEventListener('close', end);
      socket.addEventListener('error', (event) => {
        this.onerror?.(event);
        // undici reports no close when the connection could not be made at all.
        setImmediate(end, event);
      });
    });
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

  send(frame: Uint8Array): void {
    if (this.#state !== 'open') throw new HeycatError('ENGINE_UNAVAILABLE', 'The connection has ended.');
    this.#writes.hold();
    this.#socket.send(frame);
  }

  close(): void {
    this.#socket.close();
  }

  /** What was kept comes like any other event: after the turn, and its promises, in which the handlers were set. */
  #deliverSoon(): void {
    setImmediate(() => this.#deliver());
  }

  #receive(data: unknown): void {
    const frame = data instanceof ArrayBuffer ? new Uint8Array(data) : undefined;
    if (frame?.[0] !== NO_COMPRESSION) {
      this.onerror?.(
        new HeycatError('INTERNAL', 'The server sent a frame that is compressed or not binary.'),
      );
      this.#socket.close();
      return;
    }
    this.#frames.push(frame.subarray(1));
    this.#deliver();
  }

  #finish(event: unknown): void {
    if (this.#state !== 'open') return;
    this.#state = 'ended';
    this.#end = event;
    this.#deliver();
  }

  #deliver(): void {
    while (this.#onmessage !== undefined && this.#frames.length > 0)
      this.#onmessage({ data: this.#frames.shift()! });
    if (this.#state !== 'ended' || this.#onclose === undefined) return;
    this.#state = 'reported';
    this.#onclose(this.#end);
  }
}

/**
 * Opens a connection to a database; resolves once the module has accepted the caller.
 * @throws HeycatError ENGINE_UNAVAILABLE, or NOT_AUTHORIZED with the module's sentence when it refuses the caller.
 */
export async function openServerSocket(
  api: ServerApi,
  database: string,
  caller: { token: string; deadlineMs: number; signal?: AbortSignal },
): Promise<ServerSocket> {
  const timeout = AbortSignal.timeout(caller.deadlineMs);
  const signal = caller.signal === undefined ? timeout : AbortSignal.any([timeout, caller.signal]);
  const exchanged = await api.socketToken(caller.token, signal);
  const url = new URL(`/v1/database/${database}/subscribe`, api.origin);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.searchParams.set('token', exchanged.token);
  url.searchParams.set('compression', 'None');
  url.searchParams.set('connection_id', randomBytes(16).toString('hex'));
  const socket = new ServerSocket(url);
  const done = new AbortController();
  const late = once(signal, 'abort', { signal: done.signal }).then(
    () => 'late' as const,
    () => 'late' as const,
  );
  const outcome = signal.aborted ? 'late' : await Promise.race([socket.accepted, late]);
  done.abort();
  if (outcome === true) return socket;
  socket.close();
  if (outcome === 'late') {
    throw new HeycatError('ENGINE_UNAVAILABLE', 'The engine did not open a connection in time.');
  }
  return explainRefusal(api, database, { token: caller.token, signal });
}

/**
 * A module that refuses a caller drops the websocket without a word, as a crash would. A call over HTTP is refused
 * with the module's sentence; it names a reducer that does not exist, so that an accepted caller changes nothing.
 */
async function explainRefusal(
  api: ServerApi,
  database: string,
  caller: { token: string; signal: AbortSignal },
): Promise<never> {
  const cause: unknown = await api
    .call(database, { reducer: 'heycat_probe', args: [], ...caller })
    .catch((error: unknown) => error);
  if (cause instanceof HeycatError && cause.code === 'NOT_AUTHORIZED') throw cause;
  throw new HeycatError('ENGINE_UNAVAILABLE', 'The engine dropped the connection.', {}, { cause });
}
