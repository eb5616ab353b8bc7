import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmod, rmdir } from 'node:fs/promises';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { HeycatError } from '../../../errors.ts';
import { IpcConnection } from './connection.ts';
import { Dispatcher } from './dispatcher.ts';
import { ensurePrivateFolder, writePrivateFile } from '../../process/files/private-file.ts';
import { refuseLiveSocket, removeStaleSocket, socketPlace } from './endpoint.ts';
import { announcedLimits, PROTOCOL, randomHex32, ServerHandshake, type HandshakeFacts } from './handshake.ts';
import { IpcContext, PendingRequest } from './request.ts';
import { IPC_LIMITS, type IpcLimits } from './limits.ts';
import type { Params } from './wire-format.ts';
import { notification, type NotificationSink } from './notification-sink.ts';
import {
  readRuntimeFile,
  removeRuntimeFiles,
  runtimeFilePath,
  tokenFilePath,
  type RuntimeFile,
} from './runtime-file.ts';

export interface IpcServerOptions {
  /** Folder of runtime.json, token and socket; made private (0700). Absent: no socket, only {@link IpcServer.call}. */
  runtimeDir?: string | undefined;
  server: { name: string; version: string };
  /** Asked at each `hello`: the engine's history as the projections hold it. */
  head(): { epoch: string; seq: number };
  /** Asked at each `authenticate`: the user's identity, 64 hex digits, or null while the engine starts. */
  identity(): string | null;
  /** Names of optional abilities, listed in the answer to `authenticate`. */
  features?: readonly string[];
  limits?: Partial<IpcLimits>;
}

export interface ClosingNotice {
  /** A word for programs: `stopping`, `restarting`, `upgrading`. */
  reason: string;
  /** When it makes sense to connect again, in ms from now. */
  retry_after_ms: number;
}

export interface CallOptions {
  /** Where `subscribe` sends to. */
  connection?: NotificationSink;
  signal?: AbortSignal;
}

/** The Nest transport strategy for the local socket: `connectMicroservice({ strategy: new IpcServer(…) })`. */
export class IpcServer extends Server implements CustomTransportStrategy, BeforeApplicationShutdown {
  readonly instanceId = randomUUID();
  readonly startedAt = new Date().toISOString();
  readonly #options: IpcServerOptions;
  readonly #limits: IpcLimits;
  readonly #dispatcher: Dispatcher;
  readonly #connections = new Set<IpcConnection>();
  #unauthenticated = 0;
  #facts: HandshakeFacts | undefined;
  #listener: NetServer | undefined;
  #shortFolder: string | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: IpcServerOptions) {
    super();
    this.#options = options;
    this.#limits = { ...IPC_LIMITS, ...options.limits };
    this.#dispatcher = new Dispatcher({
      handlers: this.messageHandlers,
      limits: this.#limits,
      onInternal: (method, error) =>
        void this.logger.error(`${method}: the answer cannot be sent`, error.cause),
    });
  }

  /** Authenticated connections. */
  get clients(): number {
    return this.#connections.size - this.#unauthenticated;
  }

  /** All connections, also those whose handshake is under way. */
  get connections(): number {
    return this.#connections.size;
  }

  override addHandler(
    pattern: unknown,
    callback: MessageHandler,
    isEventHandler = false,
    extras: Record<string, unknown> = {},
  ): void {
    const method = typeof pattern === 'string' ? pattern : JSON.stringify(pattern);
    if (isEventHandler || typeof pattern !== 'string') {
      throw new HeycatError('INTERNAL', `${method}: only @MessagePattern with a method name is served.`);
    }
    if (this.messageHandlers.has(method)) {
      throw new HeycatError('INTERNAL', `${method} has two handlers; a method has exactly one.`);
    }
    super.addHandler(method, callback, false, extras);
  }

  override getHandlerByPattern(method: string): MessageHandler | null {
    return this.messageHandlers.get(method) ?? null;
  }

  /** @throws through `callback`: HeycatError BUSY, NOT_AUTHORIZED or INVALID_ARGUMENT, see endpoint.ts. */
  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      const runtimeDir = this.#options.runtimeDir;
      if (runtimeDir !== undefined) await this.#open(runtimeDir);
    } catch (error) {
      this.#listener?.close();
      return callback(error);
    }
    callback();
  }

  /**
   * Runs a method as a client's request would run, without a socket.
   * @throws HeycatError whatever the method or the transport answers.
   */
  call(method: string, params: Params = {}, options: CallOptions = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const context = new IpcContext(method, options.connection);
      const pending = new PendingRequest(context, (answer) => {
        if ('error' in answer) reject(answer.error);
        else resolve(answer.result);
        // One turn later, so that the caller has the answer before what follows from it.
        queueMicrotask(() => queueMicrotask(() => context.answered('result' in answer)));
      });
      const cancel = (): void => pending.giveUp('CANCELLED');
      if (options.signal?.aborted) return cancel();
      options.signal?.addEventListener('abort', cancel, { once: true });
      pending.run(this.#dispatcher.handler(method), params);
    });
  }

  /** Nest calls it before anything else has ended: a take that is recorded still has something to say to clients. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.shutDown();
  }

  /** Notifies every client, lets requests under way finish, and ends. Safe to call twice. */
  shutDown(notice: ClosingNotice = { reason: 'stopping', retry_after_ms: 1_000 }): Promise<void> {
    this.#closing ??= this.#close(notice);
    return this.#closing;
  }

  on(): never {
    throw new HeycatError('INTERNAL', 'The transport has no events of its own.');
  }

  unwrap<T>(): T {
    return this.#listener as T;
  }

  async #open(runtimeDir: string): Promise<void> {
    const place = socketPlace(runtimeDir);
    await ensurePrivateFolder(runtimeDir);
    this.#shortFolder = place.folder;
    if (place.folder !== undefined) await ensurePrivateFolder(place.folder);
    await this.#clearPlace(runtimeDir, place.path);
    const token = randomHex32();
    const tokenFile = tokenFilePath(runtimeDir);
    await writePrivateFile(tokenFile, `${token}\n`);
    this.#facts = { token, hello: () => this.#hello(), welcome: () => this.#welcome() };
    await this.#startListening(place.path);
    await writePrivateFile(runtimeFilePath(runtimeDir), this.#announcement(place.path, tokenFile));
  }

  async #startListening(path: string): Promise<void> {
    this.#listener = createServer((socket) => this.#accept(socket));
    this.#listener.listen(path);
    await once(this.#listener, 'listening');
    this.#listener.on('error', (error) => void this.logger.error('A connection cannot be accepted', error));
    if (process.platform !== 'win32') await chmod(path, 0o600);
  }

  async #clearPlace(runtimeDir: string, path: string): Promise<void> {
    if (process.platform !== 'win32') return removeStaleSocket(path);
    // A pipe vanishes with its process and its name is random: only the announcement can name a live one.
    const announced = await readRuntimeFile(runtimeDir).catch(() => undefined);
    if (announced !== undefined) await refuseLiveSocket(announced.socket);
  }

  #announcement(socket: string, tokenFile: string): string {
    const announcement: RuntimeFile = {
      socket,
      token_file: tokenFile,
      pid: process.pid,
      started_at: this.startedAt,
      instance_id: this.instanceId,
      protocol: PROTOCOL,
      server: this.#options.server,
    };
    return `${JSON.stringify(announcement, null, 2)}\n`;
  }

  #hello(): Params {
    const { epoch, seq } = this.#options.head();
    const limits = announcedLimits(this.#limits);
    return { server: this.#options.server, instance_id: this.instanceId, epoch, last_seq: seq, limits };
  }

  #welcome(): Params {
    return { identity: this.#options.identity(), features: this.#options.features ?? [] };
  }

  #accept(socket: Socket): void {
    const full =
      this.#connections.size >= this.#limits.max_connections ||
      this.#unauthenticated >= this.#limits.max_unauthenticated;
    if (full || this.#facts === undefined || this.#dispatcher.closing) {
      socket.destroy();
      return;
    }
    this.#unauthenticated += 1;
    const connection = new IpcConnection(socket, new ServerHandshake(this.#facts), {
      limits: this.#limits,
      events: this.#events,
    });
    this.#connections.add(connection);
  }

  readonly #events = {
    onAuthenticated: (): void => {
      this.#unauthenticated -= 1;
    },
    onMessage: (connection: IpcConnection, message: unknown): void => {
      this.#dispatcher.receive(connection, message);
    },
    onClosed: (connection: IpcConnection): void => {
      if (!this.#connections.delete(connection)) return;
      if (!connection.handshake.authenticated) this.#unauthenticated -= 1;
    },
  };

  async #close(notice: ClosingNotice): Promise<void> {
    this.#dispatcher.closing = true;
    const listener = this.#listener;
    if (listener === undefined) return;
    const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
    const last = notification('closing', { ...notice });
    for (const connection of this.#connections) {
      if (connection.handshake.authenticated) connection.notify(last);
      else connection.destroy();
    }
    await this.#drain();
    for (const connection of this.#connections) connection.end();
    await closed;
    await removeRuntimeFiles(this.#options.runtimeDir!, this.instanceId);
    if (this.#shortFolder !== undefined) await rmdir(this.#shortFolder).catch(() => undefined);
  }

  /** Waits until no request is under way, at most drain_ms. */
  async #drain(): Promise<void> {
    const deadline = performance.now() + this.#limits.drain_ms;
    const isBusy = (): boolean => [...this.#connections].some((connection) => connection.requests.size > 0);
    while (isBusy() && performance.now() < deadline) {
      await sleep(10);
    }
  }
}
