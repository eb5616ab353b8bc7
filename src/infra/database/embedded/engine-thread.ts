import { randomBytes } from 'node:crypto';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { EngineError } from './engine-error.ts';
import { EmbeddedSocket } from './embedded-socket.ts';
import type { LogLevel } from './module-host.ts';
import { readClientMessage } from './protocol/client-message.ts';
import { BsatnWriter } from '../../bsatn/encode.ts';
import { writeFailed } from './protocol/server-message.ts';
import { CallWatch, type RunningCall } from './worker/call-watch.ts';
import { FrameBatch, readBatch } from './worker/frame-batch.ts';
import type { FromWorker, ToWorker, WorkerStart } from './worker/messages.ts';

export interface EngineThreadOptions {
  start: Omit<WorkerStart, 'watch'>;
  /** How long one reducer call may run, in ms. */
  callMs: number;
  /** Node's options for the worker; when absent none, or this process's own where the sources run uncompiled. */
  execArgv?: string[] | undefined;
  onLog(level: LogLevel, text: string): void;
  /** Called once, after every socket has ended; `overdue` when a call that never ended was the reason. */
  onEnd(failure: EngineError, overdue: boolean): void;
}

interface Client {
  identity: Uint8Array;
  connectionId: Uint8Array;
  socket: EmbeddedSocket;
  opened(refusal?: EngineError): void;
}

const WATCH_TICKS = 5;
const STOP_MS = 5_000;
const FRAMES_AT_ONCE = 16;
/** Room for new objects. With Node's default, 48 MB, calls are not faster. */
const YOUNG_MB = 6;

/**
 * The worker thread that the module runs in, and the connections to it. A thread of its own keeps the service
 * answering while the module and the disk work, and can be ended when a reducer never returns.
 */
export class EngineThread {
  readonly #options: EngineThreadOptions;
  readonly #watch = new CallWatch();
  readonly #worker: Worker;
  readonly #clients = new Map<number, Client>();
  readonly #out = new FrameBatch();
  readonly #exited: Promise<void>;
  #nextConnection = 1;
  #cause: string | undefined;
  /** The details of the error that ended it. */
  #details: Readonly<Record<string, unknown>> = {};
  #isOverdue = false;
  #isStopping = false;
  #isFlushing = false;
  /** Resolves when connections can be opened. Rejects with ENGINE_UNAVAILABLE. */
  readonly ready: Promise<void>;

  constructor(options: EngineThreadOptions) {
    this.#options = options;
    this.#worker = new Worker(workerFile(), {
      name: 'embedded-engine',
      workerData: { ...options.start, watch: this.#watch.memory } satisfies WorkerStart,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
      execArgv: options.execArgv ?? defaultExecArgv(),
    });
    const timer = setInterval(this.#overseer(), options.callMs / WATCH_TICKS);
    timer.unref();
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        clearInterval(timer);
        this.#finish();
        resolve();
      });
    });
    this.#worker.on('error', (error) => (this.#cause ??= `The engine's thread failed: ${error.message}`));
    this.ready = this.#listen();
    // Whoever awaits it later learns of the failure then.
    this.ready.catch(() => undefined);
  }

  /**
   * Opens a connection as an identity, 32 bytes with the lowest first.
   * @throws EngineError REFUSED with the module's text, ENGINE_UNAVAILABLE when it takes too long.
   */
  connect(identity: Uint8Array, deadlineMs: number): Promise<EmbeddedSocket> {
    if (this.#cause !== undefined || this.#isStopping)
      return Promise.reject(unavailable(this.#cause, this.#details));
    const connection = this.#nextConnection++;
    const names = { identity, connectionId: randomBytes(16) };
    return new Promise((resolve, reject) => {
      const socket = new EmbeddedSocket({
        send: (frame) => this.#send(connection, frame),
        close: () => this.#leave(connection),
      });
      const timer = setTimeout(
        () => opened(unavailable('It did not open a connection in time.')),
        deadlineMs,
      );
      const opened = (refusal?: EngineError): void => {
        clearTimeout(timer);
        client.opened = () => undefined;
        if (refusal === undefined) return resolve(socket);
        this.#leave(connection);
        reject(refusal);
      };
      const client: Client = { ...names, socket, opened };
      this.#clients.set(connection, client);
      this.#post({ kind: 'open', connection, ...names });
    });
  }

  /** Ends it gracefully; everything that was acknowledged is kept. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#flush();
    this.#post({ kind: 'stop' });
    const timer = setTimeout(() => void this.#worker.terminate(), STOP_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  /** Ends it at once, as a crash would; what was not acknowledged may be lost. */
  async kill(cause: string): Promise<void> {
    this.#cause ??= cause;
    await this.#worker.terminate();
    await this.#exited;
  }

  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#worker.on('message', (message: FromWorker) => {
        if (message.kind === 'ready') resolve();
        else this.#receive(message);
      });
      void this.#exited.then(() => reject(unavailable(this.#cause, this.#details)));
    });
  }

  #receive(message: Exclude<FromWorker, { kind: 'ready' }>): void {
    switch (message.kind) {
      case 'frames':
        for (const { connection, frame } of readBatch(message.batch)) this.#deliver(connection, frame);
        return;
      case 'refused':
        this.#clients.get(message.connection)?.opened(new EngineError('REFUSED', message.text));
        return;
      case 'failed':
        this.#cause ??= message.message;
        this.#details = message.details;
        void this.#worker.terminate();
        return;
      case 'log':
        this.#options.onLog(message.level, message.text);
    }
  }

  #deliver(connection: number, frame: Uint8Array): void {
    const client = this.#clients.get(connection);
    if (client === undefined) return;
    if (frame.length > 0) {
      client.opened();
      client.socket.receive(frame);
      return;
    }
    this.#clients.delete(connection);
    client.socket.finish();
  }

  #send(connection: number, frame: Uint8Array): void {
    this.#out.add(connection, (writer) => writer.raw(frame));
    // A full load goes at once, so that the worker has something to do while the rest is still being made.
    if (this.#out.count >= FRAMES_AT_ONCE) this.#flush();
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    // After the promises of this turn, so that whatever they send crosses with it.
    process.nextTick(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#out.isEmpty) return;
    const batch = this.#out.take();
    this.#post({ kind: 'frames', batch }, [batch.buffer]);
  }

  #leave(connection: number): void {
    if (!this.#clients.delete(connection)) return;
    this.#flush();
    this.#post({ kind: 'close', connection });
  }

  #post(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /** Counts the ticks that one call has been seen in, so that a sleeping computer is not taken for an endless call. */
  #overseer(): () => void {
    let seen = 0;
    let ticks = 0;
    return () => {
      const call = this.#watch.running;
      ticks = call !== undefined && call.turn === seen ? ticks + 1 : 0;
      seen = call?.turn ?? 0;
      if (call !== undefined && ticks === WATCH_TICKS) this.#endOverdue(call);
    };
  }

  #endOverdue(call: RunningCall): void {
    const seconds = this.#options.callMs / 1_000;
    const client = this.#clients.get(call.connection);
    const failure = client && overdueFrame(client, call.frame, seconds);
    this.#isOverdue = true;
    this.#cause ??= `A reducer ran longer than ${seconds} s and was ended.`;
    void this.#worker.terminate();
    if (failure !== undefined) client?.socket.receive(failure);
  }

  #finish(): void {
    const cause = this.#cause ?? 'The engine ended without a word.';
    this.#cause = cause;
    for (const client of this.#clients.values()) {
      client.opened(unavailable(cause, this.#details));
      client.socket.finish();
    }
    this.#clients.clear();
    if (!this.#isStopping) this.#options.onEnd(unavailable(cause, this.#details), this.#isOverdue);
  }
}

/** The compiled file beside the compiled engine, the source beside the source. */
function workerFile(): URL {
  return new URL(`./worker/worker-main${extname(import.meta.url)}`, import.meta.url);
}

/** Some of a host's own options would stop a thread from starting; a loader of TypeScript is needed by the sources. */
function defaultExecArgv(): string[] {
  return extname(import.meta.url) === '.ts' ? process.execArgv : [];
}

function overdueFrame(client: Client, frame: Uint8Array, seconds: number): Uint8Array | undefined {
  try {
    const message = readClientMessage(frame);
    if (message.kind !== 'call' || !message.answered) return undefined;
    const writer = new BsatnWriter();
    const call = {
      identity: client.identity,
      connectionId: client.connectionId,
      timestampMicros: BigInt(Date.now()) * 1_000n,
      reducer: message.reducer,
      reducerId: 0,
      args: message.args,
      requestId: message.requestId,
    };
    writeFailed(writer, call, `INTERNAL: The reducer ran longer than ${seconds} s and was ended`);
    return writer.take();
  } catch {
    // Cut short, since it was long: the end of the connection says enough.
    return undefined;
  }
}

function unavailable(cause = 'The engine is not running.', details = {}): EngineError {
  return new EngineError('ENGINE_UNAVAILABLE', cause, details);
}
