import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Logger } from '@nestjs/common';
import { HeycatError } from '../../errors.ts';
import { ensurePrivateFolder } from '../process/files/private-file.ts';
import { within } from '../process/waiting.ts';
import { packageVersion } from '../process/version.ts';
import {
  failureOf,
  type Engine,
  type EngineEndpoint,
  type EngineSocket,
  type EngineState,
  type EngineStatus,
} from './engine.ts';
import { EngineIdentity } from './identity/engine-identity.ts';
import { identityBytes } from './identity/claims.ts';
import { DATABASE, modulePath, readModule } from './module-file.ts';
import { EngineError } from './embedded/engine-error.ts';
import { EngineThread } from './embedded/engine-thread.ts';
import type { LogLevel } from './embedded/module-host.ts';

export interface EmbeddedOptions {
  /** The service's data folder; made when missing. */
  dataDir: string;
  /** Name of its own folder in `engine/`. Default `embedded`. */
  folder?: string;
  /** The module to run; the one of this package when absent. */
  wasmPath?: string;
  /** How long one reducer call may run before it is ended, in ms. Default 5,000. */
  callMs?: number;
  /** Node's options for the worker thread; when absent none, or this process's own where the sources run uncompiled. */
  execArgv?: string[];
}

/** What each thread is started with. */
interface Prepared {
  identity: EngineIdentity;
  wasm: Uint8Array;
}

/** Folders that an engine of this process has open: the service's lock keeps only other processes away. */
const openFolders = new Set<string>();

/**
 * The module inside this process, on a thread of its own: no server, no port. `embedded/` knows nothing of the service;
 * this is where its engine becomes one of ours.
 */
export class EmbeddedEngine implements Engine {
  onExit?: ((cause: string) => void) | undefined;
  readonly #log = new Logger('EmbeddedEngine');
  readonly #options: EmbeddedOptions & { wasmPath: string; callMs: number };
  readonly #folder: string;
  #state: EngineState = 'stopped';
  /** Why it is not ready. */
  #failure: { cause: string; reason?: string } | undefined;
  /** Rows of this very folder cannot be read: what works without them must not go on without them. */
  #damage: { failure: HeycatError; folder: number | undefined } | undefined;
  #thread: EngineThread | undefined;
  #starting: Promise<EngineEndpoint> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: EmbeddedOptions) {
    const { dataDir, folder = 'embedded', wasmPath = modulePath(), callMs = 5_000 } = options;
    this.#options = { ...options, dataDir: resolve(dataDir), wasmPath, callMs };
    this.#folder = join(this.#options.dataDir, 'engine', folder);
  }

  get status(): EngineStatus {
    return {
      kind: 'embedded',
      state: this.#state,
      version: packageVersion(),
      ...this.#failure,
    };
  }

  /** A start while one is under way, or while it runs, gives the same endpoint; during a stop it waits for its end. */
  start(): Promise<EngineEndpoint> {
    if (this.#starting !== undefined) return this.#starting;
    const starting = this.#start();
    this.#starting = starting;
    starting.catch(() => {
      if (this.#starting === starting) this.#starting = undefined;
    });
    return starting;
  }

  /** Also ends a start that is under way, which then rejects. */
  stop(): Promise<void> {
    const starting = this.#starting;
    this.#starting = undefined;
    const stopping = Promise.allSettled([this.#stopping])
      .then(() => this.#stop(starting))
      .finally(() => {
        if (this.#stopping === stopping) this.#stopping = undefined;
      });
    this.#stopping = stopping;
    return stopping;
  }

  /**
   * Opens a connection as any identity, 64 hex digits: who runs this process may read its files anyway.
   * @throws HeycatError as {@link EngineEndpoint.connect}.
   */
  async connectAs(identity: string, deadlineMs: number): Promise<EngineSocket> {
    const thread = this.#thread;
    if (thread === undefined) throw new HeycatError('ENGINE_UNAVAILABLE', 'The engine is not running.');
    const late = () => new HeycatError('ENGINE_UNAVAILABLE', 'The engine did not open a connection in time.');
    try {
      await within(thread.ready, deadlineMs, late);
      return await thread.connect(identityBytes(identity), deadlineMs);
    } catch (thrown) {
      throw translated(thrown);
    }
  }

  /** Ends the thread as a crash would, for drills; connections end and {@link onExit} is called. */
  async crash(): Promise<void> {
    await this.#thread?.kill('The engine was ended as by a crash.');
  }

  async #start(): Promise<EngineEndpoint> {
    await Promise.allSettled([this.#stopping]);
    this.#state = 'starting';
    this.#failure = undefined;
    let isClaimed = false;
    try {
      const prepared = await this.#prepare();
      if (this.#damage !== undefined && this.#damage.folder === this.#folderNumber())
        throw this.#damage.failure;
      claim(this.#folder);
      isClaimed = true;
      await this.#launch(prepared);
      this.#assertWanted();
      this.#state = 'ready';
      return this.#endpoint(prepared.identity);
    } catch (error) {
      const failure = translated(error);
      await this.#thread?.stop();
      this.#thread = undefined;
      if (isClaimed) openFolders.delete(this.#folder);
      this.#state = this.#stopping === undefined ? 'failed' : 'stopped';
      this.#failure = failureOf(failure);
      if (failure.code === 'ENGINE_UNAVAILABLE') throw failure;
      throw new HeycatError('ENGINE_UNAVAILABLE', failure.message, failure.details, { cause: failure });
    }
  }

  async #prepare(): Promise<Prepared> {
    const { dataDir, wasmPath } = this.#options;
    for (const folder of [dataDir, join(dataDir, 'engine'), this.#folder]) await ensurePrivateFolder(folder);
    const [identity, wasm] = await Promise.all([
      EngineIdentity.load(join(dataDir, 'keys')),
      readModule(wasmPath),
    ]);
    return { identity, wasm };
  }

  async #launch(prepared: Prepared): Promise<void> {
    this.#assertWanted();
    const { callMs, execArgv } = this.#options;
    const { identity, wasm } = prepared;
    const thread = new EngineThread({
      start: {
        wasm,
        folder: this.#folder,
        database: identityBytes(identity.database(DATABASE)),
        owner: identityBytes(identity.identity('deployer')),
        admission: { reducer: 'admit_member', args: identityBytes(identity.identity('user')) },
      },
      callMs,
      execArgv,
      onLog: (level, text) => this.#note(level, text),
      onEnd: (failure, overdue) => this.#ended(thread, prepared, { failure: translated(failure), overdue }),
    });
    this.#thread = thread;
    await thread.ready;
  }

  /** Another one when a backup has taken its place. */
  #folderNumber(): number | undefined {
    return statSync(this.#folder, { throwIfNoEntry: false })?.ino;
  }

  #endpoint(identity: EngineIdentity): EngineEndpoint {
    return {
      database: DATABASE,
      identity: identity.identity('user'),
      durable: true,
      connect: (deadlineMs, role = 'user') => this.connectAs(identity.identity(role), deadlineMs),
    };
  }

  /** An endless call costs its thread, not the engine: a new thread opens the same data. */
  #ended(thread: EngineThread, prepared: Prepared, end: { failure: HeycatError; overdue: boolean }): void {
    if (this.#thread !== thread || this.#state !== 'ready' || this.#stopping !== undefined) return;
    this.#log.warn(end.failure.message);
    if (!end.overdue) return this.#fail(end.failure);
    this.#launch(prepared).catch((error: unknown) => this.#fail(translated(error)));
  }

  #fail(failure: HeycatError): void {
    if (this.#stopping !== undefined || this.#state !== 'ready') return;
    this.#state = 'failed';
    this.#failure = failureOf(failure);
    if (this.#failure.reason === 'log_corrupt') this.#damage = { failure, folder: this.#folderNumber() };
    this.#thread = undefined;
    this.#starting = undefined;
    openFolders.delete(this.#folder);
    this.onExit?.(failure.message);
  }

  async #stop(starting: Promise<EngineEndpoint> | undefined): Promise<void> {
    await Promise.allSettled([starting]);
    const thread = this.#thread;
    this.#thread = undefined;
    if (thread !== undefined) {
      await thread.stop();
      openFolders.delete(this.#folder);
    }
    this.#state = 'stopped';
    this.#failure = undefined;
  }

  #note(level: LogLevel, text: string): void {
    if (level === 'error' || level === 'panic') this.#log.error(text);
    else if (level === 'warn') this.#log.warn(text);
    else this.#log.debug(text);
  }

  #assertWanted(): void {
    if (this.#stopping === undefined) return;
    throw new HeycatError('ENGINE_UNAVAILABLE', 'The engine was stopped while it was starting.');
  }
}

function claim(folder: string): void {
  if (openFolders.has(folder)) {
    const sentence = `${folder} is open already in this process; use that engine, or stop it first.`;
    throw new HeycatError('ENGINE_UNAVAILABLE', sentence, { folder });
  }
  openFolders.add(folder);
}

/** An error of the engine's own as the service reports it. */
function translated(thrown: unknown): HeycatError {
  if (!(thrown instanceof EngineError)) return HeycatError.from(thrown);
  const { code, message, details, cause } = thrown;
  if (code === 'REFUSED') {
    const refusal = HeycatError.parse(message);
    return refusal.code === 'NOT_AUTHORIZED' ? refusal : new HeycatError('ENGINE_UNAVAILABLE', message);
  }
  const isDamaged = details['reason'] === 'log_corrupt';
  const advice = isDamaged ? ', and `heycat restore --latest` brings the data back from a backup.' : '';
  return new HeycatError(code, message + advice, details, { cause });
}
