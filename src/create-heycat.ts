import 'reflect-metadata';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Logger, type INestMicroservice, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventBus } from '@nestjs/cqrs';
import { AppModule, type AppParts } from './app.module.ts';
import { statusOf } from './create-status.ts';
import { voiceOf, type VoiceOptions } from './create-voice.ts';
import { Backups, type BackupsOptions } from './infra/backup/backups.ts';
import { BackupsFolder } from './infra/backup/backups-folder.ts';
import { DailyBackup } from './infra/backup/daily-backup.ts';
import { RebuildingEngine } from './infra/backup/rebuilding-engine.ts';
import { ProjectionCache } from './infra/cache/projection-cache.ts';
import { ClockWatch } from './infra/process/clock/clock-watch.ts';
import { DiskRoom } from './infra/process/files/disk-room.ts';
import { chooseEngine } from './infra/database/choose-engine.ts';
import { journalName, LOCAL_ENGINES } from './infra/database/current-engine.ts';
import type { Engine, EngineKind } from './infra/database/engine.ts';
import { EngineIdentity } from './infra/database/identity/engine-identity.ts';
import { settleEngines } from './infra/database/staging.ts';
import { CommandJournal } from './infra/journal/command-journal.ts';
import { JournalledLedger } from './infra/journal/journalled-ledger.ts';
import { InstanceLock } from './infra/process/files/instance-lock.ts';
import { IpcServer } from './infra/ipc/transport/ipc-server.ts';
import type { AnswerOf, Methods, ParamsOf } from './infra/ipc/openrpc/methods.ts';
import type { NotificationSink } from './infra/ipc/transport/notification-sink.ts';
import { RpcErrorFilter } from './infra/ipc/transport/rpc-error.filter.ts';
import { ValidationPipe } from './infra/ipc/transport/validation.pipe.ts';
import { EngineEventLog } from './infra/database/connection/event-log.ts';
import { EngineConnection } from './infra/database/connection/engine-connection.ts';
import { ensurePrivateFolder } from './infra/process/files/private-file.ts';
import { dataFolder, runtimeFolder } from './infra/process/paths.ts';
import { packageVersion } from './infra/process/version.ts';
import { ReadModels } from './projections/read-models.ts';
import { TakeService } from './dictation/session/take-service.ts';

export interface HeycatOptions extends VoiceOptions {
  /**
   * Where the module runs, or an engine of the host's own, which ends with the service. Default `auto`: where the data
   * is; in a new folder the sidecar if a server is found, else embedded.
   */
  engine?: 'auto' | EngineKind | Engine;
  /** Default: HEYCAT_DATA_DIR, or the platform's application-data folder. */
  dataDir?: string;
  /** Folder of the socket and its discovery file. Default: HEYCAT_RUNTIME_DIR, or the platform's runtime folder. */
  runtimeDir?: string;
  /** False: no socket, only {@link Heycat.call} and {@link Heycat.subscribe}. Default true. */
  listen?: boolean;
  /** Where the log goes; by default nowhere, since stdout and stderr are the host's. */
  logger?: LoggerService | false;
}

/** An event as subscribers get it; durable ones have a seq. */
export interface HeycatEvent {
  type: string;
  seq?: number;
  occurred_at: string;
  payload: Record<string, unknown>;
  [field: string]: unknown;
}

/** A running service. */
export interface Heycat {
  /** Runs any command or query of `describe`. Throws HeycatError with the code that a socket client would get. */
  call<M extends keyof Methods>(method: M, params: ParamsOf<M>): Promise<AnswerOf<M>>;
  call<T = Record<string, unknown>>(method: string, params?: Record<string, unknown>): Promise<T>;
  /**
   * Tells events from now on, or from `from_seq` on; the parameters are those of the method `subscribe`.
   * @param onLagged the subscription has ended, because its history was replaced: read anew and subscribe again.
   * @returns a function that ends it.
   */
  subscribe(
    params: Record<string, unknown>,
    onEvent: (event: HeycatEvent) => void,
    onLagged?: () => void,
  ): Promise<() => Promise<void>>;
  /** Ends the socket, the engine and the lock on the data folder. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Runs the service inside this process. Answers at once, while the engine is still starting: until `sync_complete` reads are
 * as the last run left them (`stale: true`), commands wait for the engine.
 * @throws HeycatError BUSY when another process serves the data folder, NOT_AUTHORIZED when a folder is open to others.
 */
export async function createHeycat(options: HeycatOptions = {}): Promise<Heycat> {
  const dataDir = resolve(options.dataDir ?? dataFolder());
  await ensurePrivateFolder(dataDir);
  const lock = await InstanceLock.take(dataDir);
  try {
    const recordingsDir = join(dataDir, 'recordings');
    await mkdir(recordingsDir, { recursive: true, mode: 0o700 });
    return await run(options, { dataDir, recordingsDir, lock });
  } catch (thrown) {
    await lock.release();
    throw thrown;
  }
}

interface Place {
  dataDir: string;
  recordingsDir: string;
  lock: InstanceLock;
}

async function run(options: HeycatOptions, place: Place): Promise<Heycat> {
  await settleEngines(place.dataDir);
  const { dataDir } = place;
  const chosen = await chooseEngine(options.engine ?? 'auto', dataDir);
  const opened = CommandJournal.open(join(dataDir, journalName(chosen.status.kind)));
  const events = new EarlyEvents();
  const rest = { dataDir, opened, events, connection: (): EngineConnection => connection };
  const engine = typeof options.engine === 'object' ? chosen : rebuilding(chosen, rest);
  const connection = new EngineConnection(engine, events);
  // It starts while the rest is put together; the connection then asks for the same start, and hears why it failed.
  engine.start().catch(() => undefined);
  try {
    return await runOn({ engine, connection, events, ...(await opened) }, { ...options, ...place });
  } catch (thrown) {
    await engine.stop();
    throw thrown;
  }
}

type OpenedJournal = Awaited<ReturnType<typeof CommandJournal.open>>;

interface RebuildingParts {
  dataDir: string;
  opened: Promise<OpenedJournal>;
  events: EarlyEvents;
  connection(): EngineConnection;
}

interface EngineParts {
  engine: Engine;
  connection: EngineConnection;
  events: EarlyEvents;
}

/** One of the host's own is left as it is. */
function rebuilding(engine: Engine, { opened, ...rest }: RebuildingParts): Engine {
  const kind = LOCAL_ENGINES.find((each) => each === engine.status.kind);
  const entries = async () => {
    const { journal, isWhole } = await opened;
    return isWhole ? [...journal.entries()] : undefined;
  };
  return kind === undefined ? engine : new RebuildingEngine({ engine, kind, entries, ...rest });
}

async function runOn(
  { engine, connection, events, journal, faults }: EngineParts & OpenedJournal,
  options: Omit<HeycatOptions, 'dataDir'> & Place,
): Promise<Heycat> {
  const { dataDir, recordingsDir, lock } = options;
  const log = new EngineEventLog(connection);
  connection.listen(log);
  const room = new DiskRoom(dataDir);
  const { backups, folder } = backupsOf({ engine, dataDir, room, events });
  const newestBackup = () => backups.newest;
  const ledger = new JournalledLedger({ connection, journal, room, newestBackup, events });
  const daily = new DailyBackup({ backups, folder, isUrgent: () => ledger.needsBackup });
  const strategy: IpcServer = new IpcServer({
    runtimeDir: options.listen === false ? undefined : (options.runtimeDir ?? runtimeFolder()),
    server: { name: 'heycat-backend', version: packageVersion() },
    head: () => ({ epoch: models.epoch ?? '', seq: models.seq }),
    identity: () => connection.identity ?? null,
  });
  const clock = new ClockWatch(events);
  const parts = {
    connection,
    daily,
    log,
    ledger,
    backups,
    recordingsDir,
    ...voiceOf(options, dataDir),
    status: statusOf({ strategy, engine, connection, ledger, room, daily, clock }),
  };
  const app = await application(parts, { strategy, logger: options.logger ?? false });
  const models = app.get(ReadModels);
  events.bus = app.get(EventBus);
  const cache = cacheOf(models, { dataDir, engine, connection });
  const restored = await cache.restore();
  if (restored !== undefined) log.resume(restored);
  connection.listen(cache);
  for (const fault of faults) new Logger('CommandJournal').warn(fault);
  await app.listen();
  connection.start(restored?.known());
  await backups.look();
  await daily.start();
  clock.start();
  const takes = app.get(TakeService);
  return new RunningHeycat(strategy, async () => {
    clock.close();
    if (engine instanceof RebuildingEngine) engine.giveUp();
    // The take that is recorded ends first: its row is written while the engine is still there.
    await takes.close();
    await Promise.all([backups.close(), daily.close(), strategy.close()]);
    await connection.stop();
    await cache.close();
    await ledger.close();
    await app.close();
    await lock.release();
  });
}

async function application(
  parts: AppParts,
  options: { strategy: IpcServer; logger: LoggerService | false },
): Promise<INestMicroservice> {
  const app: INestMicroservice = await NestFactory.createMicroservice(AppModule.of(parts), {
    ...options,
    abortOnError: false,
  });
  app.useGlobalFilters(new RpcErrorFilter());
  app.useGlobalPipes(new ValidationPipe());
  return app;
}

function cacheOf(
  models: ReadModels,
  { dataDir, engine, connection }: { dataDir: string; engine: Engine; connection: EngineConnection },
) {
  const identity = async () => (await EngineIdentity.load(join(dataDir, 'keys'))).identity('user');
  return new ProjectionCache({
    folder: join(dataDir, 'cache'),
    models,
    owner: async () => ({ engine: engine.status.kind, identity: connection.identity ?? (await identity()) }),
  });
}

function backupsOf({ dataDir, ...rest }: Omit<BackupsOptions, 'folder'> & { dataDir: string }) {
  const folder = new BackupsFolder(join(dataDir, 'backups'));
  return { folder, backups: new Backups({ ...rest, folder }) };
}

class RunningHeycat implements Heycat {
  #closed: Promise<void> | undefined;

  constructor(
    private readonly strategy: IpcServer,
    private readonly end: () => Promise<void>,
  ) {}

  async call<T>(method: string, params: Record<string, unknown> = {}): Promise<T> {
    return (await this.strategy.call(method, params)) as T;
  }

  async subscribe(
    params: Record<string, unknown>,
    onEvent: (event: HeycatEvent) => void,
    onLagged?: () => void,
  ): Promise<() => Promise<void>> {
    const connection: NotificationSink = {
      notify: (notification) => {
        if (notification.method === 'event') onEvent(notification.params() as HeycatEvent);
        else if (notification.method === 'lagged') onLagged?.();
        return true;
      },
    };
    const { subscription } = (await this.strategy.call('subscribe', params, { connection })) as {
      subscription: number;
    };
    return async () => void (await this.strategy.call('unsubscribe', { subscription }, { connection }));
  }

  close(): Promise<void> {
    return (this.#closed ??= this.end());
  }
}

/** The event bus, for parts that exist before the application does; nobody hears what they publish until it runs. */
class EarlyEvents {
  bus: EventBus | undefined;

  publish(event: object): void {
    this.bus?.publish(event);
  }
}
