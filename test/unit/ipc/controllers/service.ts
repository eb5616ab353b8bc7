import { Global, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { firstValueFrom, from, isObservable } from 'rxjs';
import { BackupMaker } from '../../../../src/commands/backups/create-backup.ts';
import { CommandLedger } from '../../../../src/commands/command-ledger.ts';
import { CommandsModule } from '../../../../src/commands/commands.module.ts';
import { RecordingFiles } from '../../../../src/commands/recordings/delete-recording.ts';
import { WavInspector } from '../../../../src/commands/recordings/wav-inspector.ts';
import { Takes } from '../../../../src/commands/takes/takes.ts';
import { ActiveWindowHolder } from '../../../../src/commands/window-contexts/active-window.ts';
import { WindowContexts } from '../../../../src/commands/window-contexts/report-active-window.ts';
import { ChangeFeed } from '../../../../src/events/change-feed.ts';
import { EventLog } from '../../../../src/events/event-log.ts';
import { ControllersModule } from '../../../../src/infra/ipc/controllers/controllers.module.ts';
import { QueriesModule } from '../../../../src/queries/queries.module.ts';
import { AudioDevices } from '../../../../src/queries/system/list-audio-devices.ts';
import { CommandHistory } from '../../../../src/queries/system/command-history.ts';
import { ModelList } from '../../../../src/queries/system/list-models.ts';
import { StatusSource } from '../../../../src/queries/system/status-source.ts';
import { RecordingStateSource } from '../../../../src/queries/takes/recording-state.ts';
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
const takes = {
  start: take,
  stop: take,
  toggle: take,
  cancel: take,
  press: take,
  release: take,
  transcribe: take,
  resolve: take,
};
const PORTS = [
  { provide: CommandLedger, useValue: ledger },
  {
    provide: WavInspector,
    useValue: { inspect: () => Promise.resolve({ duration_ms: 1, sample_rate: 16_000 }) },
  },
  { provide: BackupMaker, useValue: { make: (file: string) => Promise.resolve({ file }) } },
  { provide: RecordingFiles, useValue: {} },
  { provide: WindowContexts, useValue: { list: () => [] } },
  { provide: ChangeFeed, useValue: { listen: () => () => undefined } },
  { provide: EventLog, useValue: { read: () => Promise.resolve([]), history: () => Promise.resolve([]) } },
  { provide: CommandHistory, useValue: { outcome: () => Promise.resolve(undefined), queue: () => [] } },
  { provide: StatusSource, useValue: STATUS },
  { provide: RecordingStateSource, useValue: RECORDING },
  { provide: Takes, useValue: takes },
  { provide: ActiveWindowHolder, useValue: new ActiveWindowHolder() },
  { provide: AudioDevices, useValue: { devices: () => Promise.resolve([]) } },
  { provide: ModelList, useValue: { list: () => Promise.resolve([]) } },
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
