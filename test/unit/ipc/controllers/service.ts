import { Global, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { firstValueFrom, from, isObservable } from 'rxjs';
import { BACKUP_MAKER } from '../../../../src/commands/backups/backup-maker.ts';
import { COMMAND_LEDGER } from '../../../../src/commands/command-ledger.ts';
import { CommandsModule } from '../../../../src/commands/commands.module.ts';
import { COMMAND_QUEUE } from '../../../../src/commands/queue/command-queue.ts';
import { RECORDING_FILES } from '../../../../src/commands/recordings/recording-files.ts';
import { WAV_INSPECTOR } from '../../../../src/commands/recordings/wav-inspector.ts';
import { DICTATION } from '../../../../src/commands/takes/dictation.ts';
import { ActiveWindowHolder } from '../../../../src/commands/window-contexts/active-window.ts';
import { WINDOW_CONTEXTS } from '../../../../src/commands/window-contexts/window-contexts.ts';
import { HeycatError } from '../../../../src/errors.ts';
import { CHANGE_FEED } from '../../../../src/events/change-feed.ts';
import { EVENT_LOG } from '../../../../src/events/event-log.ts';
import { EVENT_TELLER } from '../../../../src/events/event-teller.ts';
import { ControllersModule } from '../../../../src/infra/ipc/controllers/controllers.module.ts';
import { RpcErrorFilter } from '../../../../src/infra/ipc/transport/rpc-error.filter.ts';
import { ValidationPipe } from '../../../../src/infra/ipc/transport/validation.pipe.ts';
import { ReadModels } from '../../../../src/projections/read-models.ts';
import { QueriesModule } from '../../../../src/queries/queries.module.ts';
import { AUDIO_DEVICES } from '../../../../src/queries/system/audio-devices.ts';
import { COMMAND_HISTORY } from '../../../../src/queries/system/command-history.ts';
import { MODEL_LIST } from '../../../../src/queries/system/model-list.ts';
import { STATUS_SOURCE } from '../../../../src/queries/system/status-source.ts';
import { RECORDING_STATE } from '../../../../src/queries/takes/recording-state.ts';
import { RECORDING } from '../../queries/read-side.ts';
import { RecordingLedger } from '../../commands/support.ts';

const ledger = new RecordingLedger();

const process = { pid: 1, version: '1.2.3', instance_id: 'i', started_at: '2026-05-01T08:00:00.000Z' };
const STATUS = {
  process: () => process,
  engine: () => ({ kind: 'embedded', state: 'starting' }),
  connection: () => ({ state: 'starting' as const, since: '2026-05-01T08:00:00.000Z' }),
  queue: () => ({ pending: 0, dead: 0 }),
  backup: () => ({ last_at: null }),
  clock: () => ({ state: 'steady' }),
  clients: () => 0,
};
const take = () => Promise.resolve({ state: 'idle', file_path: null });
const dictation = {
  start: take,
  stop: take,
  toggle: take,
  cancel: take,
  press: take,
  release: take,
  transcribe: take,
  resolve: take,
};
const unknown = () => Promise.reject(new HeycatError('NOT_FOUND'));
const PORTS = [
  { provide: ReadModels, useFactory: () => new ReadModels() },
  { provide: COMMAND_LEDGER, useValue: ledger },
  {
    provide: WAV_INSPECTOR,
    useValue: { inspect: () => Promise.resolve({ duration_ms: 1, sample_rate: 16_000 }) },
  },
  { provide: BACKUP_MAKER, useValue: { make: (file: string) => Promise.resolve({ file }) } },
  { provide: RECORDING_FILES, useValue: {} },
  { provide: WINDOW_CONTEXTS, useValue: { list: () => [] } },
  { provide: EVENT_TELLER, useValue: { tell: () => undefined } },
  { provide: CHANGE_FEED, useValue: { listen: () => () => undefined } },
  { provide: EVENT_LOG, useValue: { read: () => Promise.resolve([]), history: () => Promise.resolve([]) } },
  { provide: COMMAND_HISTORY, useValue: { outcome: () => Promise.resolve(undefined), queue: () => [] } },
  { provide: COMMAND_QUEUE, useValue: { retry: unknown, drop: unknown } },
  { provide: STATUS_SOURCE, useValue: STATUS },
  { provide: RECORDING_STATE, useValue: RECORDING },
  { provide: DICTATION, useValue: dictation },
  { provide: ActiveWindowHolder, useValue: new ActiveWindowHolder() },
  { provide: AUDIO_DEVICES, useValue: { devices: () => Promise.resolve([]) } },
  { provide: MODEL_LIST, useValue: { list: () => Promise.resolve([]) } },
];

@Global()
@Module({ imports: [CqrsModule.forRoot()], providers: PORTS, exports: PORTS.map(({ provide }) => provide) })
class Ports {}

/** A transport that only knows which methods there are. */
class Methods extends Server implements CustomTransportStrategy {
  listen(callback: () => void): void {
    callback();
  }
  close(): void {}
  on(): void {}
  unwrap<T>(): T {
    return undefined as T;
  }
}

export interface Service extends AsyncDisposable {
  ledger: RecordingLedger;
  methods: string[];
  call(method: string, params?: unknown): Promise<Record<string, unknown>>;
}

/** All commands, queries and controllers, with nothing behind their ports. */
export async function startService(): Promise<Service> {
  const module = await Test.createTestingModule({
    imports: [Ports, CommandsModule, QueriesModule, ControllersModule],
  }).compile();
  const strategy = new Methods();
  const app = module.createNestMicroservice({ strategy, logger: false });
  app.useGlobalPipes(new ValidationPipe());
  app.useGlobalFilters(new RpcErrorFilter());
  await app.init();
  return {
    ledger,
    methods: [...strategy.getHandlers().keys()],
    call: async (method, params) => {
      const answer: unknown = await strategy.getHandlerByPattern(method)!(params, { method });
      return firstValueFrom(isObservable(answer) ? answer : from([answer])) as Promise<
        Record<string, unknown>
      >;
    },
    [Symbol.asyncDispose]: () => app.close(),
  };
}
