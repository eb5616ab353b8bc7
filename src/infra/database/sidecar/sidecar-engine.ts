import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeycatError } from '../../../errors.ts';
import { ensurePrivateFolder } from '../../process/files/private-file.ts';
import {
  failureOf,
  type Engine,
  type EngineEndpoint,
  type EngineState,
  type EngineStatus,
} from '../engine.ts';
import { EngineIdentity } from '../identity/engine-identity.ts';
import { DATABASE, modulePath } from '../module-file.ts';
import { publishModule } from './module-publisher.ts';
import { ServerApi } from './server-api.ts';
import { openServerSocket } from './server-socket.ts';
import { freePort } from './listen-address.ts';
import { keepMetadata, mendMetadata } from './metadata-file.ts';
import { findServer, serverVersion } from './server-binary.ts';
import { ServerLog } from './server-log.ts';
import { ServerProcess } from './server-process.ts';
import {
  endOrphan,
  recordPlace,
  type RecordPlace,
  removeServerRecord,
  writeServerRecord,
} from './server-record.ts';

const PORT_TRIES = 3;

export interface SidecarOptions {
  /** The service's data folder; made when missing. */
  dataDir: string;
  /** Name of the server's own folder in `engine/`. Default `sidecar`. */
  folder?: string;
  /** The server's executable; searched for when absent. */
  binary?: string;
  /** The module to publish; the one of this package when absent. */
  wasmPath?: string;
  /** Wait before ending the server, so that its 500 ms write timer has run. Default 700. */
  settleMs?: number;
  /** How long the server may take to answer. Default 15,000. */
  readyMs?: number;
}

interface Running {
  process: ServerProcess;
  api: ServerApi;
  log: ServerLog;
}

/** The SpacetimeDB server as a child process that listens on 127.0.0.1 only. */
export class SidecarEngine implements Engine {
  onExit?: ((cause: string) => void) | undefined;
  readonly #options: Required<Omit<SidecarOptions, 'binary' | 'folder'>> & { binary: string | undefined };
  readonly #serverData: string;
  readonly #record: RecordPlace;
  #state: EngineState = 'stopped';
  /** Why it is not ready. */
  #failure: { cause: string; reason?: string } | undefined;
  #version: string | undefined;
  #running: Running | undefined;
  #starting: Promise<EngineEndpoint> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: SidecarOptions) {
    const { dataDir, binary, wasmPath = modulePath(), settleMs = 700, readyMs = 15_000 } = options;
    this.#options = { dataDir: resolve(dataDir), binary, wasmPath, settleMs, readyMs };
    this.#record = recordPlace(this.#options.dataDir, options.folder);
    this.#serverData = this.#record.serverData;
  }

  get status(): EngineStatus {
    return {
      kind: 'sidecar',
      state: this.#state,
      ...(this.#running && { pid: this.#running.process.pid }),
      ...(this.#version !== undefined && { version: this.#version }),
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
    const stopping = settled(this.#stopping)
      .then(() => this.#stop(starting))
      .finally(() => {
        if (this.#stopping === stopping) this.#stopping = undefined;
      });
    this.#stopping = stopping;
    return stopping;
  }

  async #start(): Promise<EngineEndpoint> {
    await settled(this.#stopping);
    this.#state = 'starting';
    this.#failure = undefined;
    try {
      const identity = await this.#prepare();
      this.#running = await this.#launch(identity);
      const { api } = this.#running;
      const publication = { api, identity, wasmPath: this.#options.wasmPath, folder: this.#serverData };
      const { user } = await publishModule(publication);
      this.#assertWanted();
      this.#watch(this.#running);
      this.#state = 'ready';
      return endpoint(api, identity, user);
    } catch (error) {
      const failure = HeycatError.from(error);
      await this.#discard();
      this.#state = this.#stopping === undefined ? 'failed' : 'stopped';
      this.#failure = failureOf(failure);
      throw asUnavailable(failure);
    }
  }

  /** Folders, keys, and what a crash may have left. */
  async #prepare(): Promise<EngineIdentity> {
    const { dataDir } = this.#options;
    await ensurePrivateFolder(dataDir);
    await ensurePrivateFolder(join(dataDir, 'engine'));
    await ensurePrivateFolder(this.#serverData);
    const identity = await EngineIdentity.load(join(dataDir, 'keys'));
    await endOrphan(this.#record);
    await mendMetadata(this.#serverData);
    return identity;
  }

  async #launch(identity: EngineIdentity): Promise<Running> {
    const binary = this.#options.binary ?? (await findServer(this.#options.dataDir))?.path;
    if (binary === undefined) {
      const sentence =
        'No SpacetimeDB server was found; run `heycat spacetimedb install`, or set HEYCAT_SPACETIMEDB_BIN.';
      throw new HeycatError('ENGINE_UNAVAILABLE', sentence, { reason: 'binary_missing' });
    }
    this.#version ??= await serverVersion(binary);
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#launchOn(await freePort(), binary, identity);
      } catch (error) {
        const lostRace = error instanceof HeycatError && error.details['reason'] === 'port_taken';
        if (!lostRace || attempt === PORT_TRIES) throw error;
      }
    }
  }

  async #launchOn(port: number, binary: string, identity: EngineIdentity): Promise<Running> {
    this.#assertWanted();
    const { privateKeyPath, publicKeyPath } = identity;
    const log = await ServerLog.open(join(this.#options.dataDir, 'logs'));
    const api = new ServerApi(`http://127.0.0.1:${port}`);
    let server: ServerProcess | undefined;
    try {
      const command = { binary, port, serverData: this.#serverData, privateKeyPath, publicKeyPath };
      await writeServerRecord(this.#record, { port, binary });
      server = await ServerProcess.spawn(command, log);
      await writeServerRecord(this.#record, { pid: server.pid, port, binary });
      await server.waitUntilReady(api, this.#options.readyMs);
      await keepMetadata(this.#serverData);
      return { process: server, api, log };
    } catch (error) {
      await server?.kill();
      await Promise.all([api.close(), log.close(), removeServerRecord(this.#record)]);
      throw error;
    }
  }

  #watch(running: Running): void {
    void running.process.exited.then((how) => this.#fail(running, `The SpacetimeDB server ended ${how}.`));
  }

  async #fail(running: Running, cause: string): Promise<void> {
    if (this.#running !== running || this.#stopping !== undefined) return;
    this.#state = 'failed';
    this.#failure = { cause };
    this.#starting = undefined;
    // A start that is asked for at once waits until the old server's record has gone.
    const discarding = this.#discard();
    this.#stopping = discarding;
    await settled(discarding);
    if (this.#stopping === discarding) this.#stopping = undefined;
    this.onExit?.(cause);
  }

  async #stop(starting: Promise<EngineEndpoint> | undefined): Promise<void> {
    await settled(starting);
    if (this.#running !== undefined) {
      await sleep(this.#options.settleMs);
      await this.#discard();
    }
    this.#state = 'stopped';
    this.#failure = undefined;
  }

  /** Ends what runs, and lets go of everything. */
  async #discard(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    await running.process.end();
    await Promise.all([running.api.close(), running.log.close(), removeServerRecord(this.#record)]);
  }

  #assertWanted(): void {
    if (this.#stopping === undefined) return;
    throw new HeycatError('ENGINE_UNAVAILABLE', 'The engine was stopped while it was starting.');
  }
}

/** Resolves when the promise has ended, one way or the other. */
async function settled(promise: Promise<unknown> | undefined): Promise<void> {
  await promise?.catch(() => undefined);
}

function endpoint(api: ServerApi, identity: EngineIdentity, user: string): EngineEndpoint {
  return {
    database: DATABASE,
    identity: user,
    // Version 1.2.0 acknowledges first; later ones may be asked to wait, but that is not proved here.
    durable: false,
    connect: async (deadlineMs, role = 'user') =>
      openServerSocket(api, DATABASE, { token: await identity.token(role), deadlineMs }),
  };
}

/** The port promises one code; the sentence says what to do, and the cause keeps the rest. */
function asUnavailable(failure: HeycatError): HeycatError {
  if (failure.code === 'ENGINE_UNAVAILABLE') return failure;
  return new HeycatError('ENGINE_UNAVAILABLE', failure.message, failure.details, { cause: failure });
}
