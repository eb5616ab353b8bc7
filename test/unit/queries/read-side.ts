import { Global, Module, type LoggerService, type Type } from '@nestjs/common';
import { CqrsModule, EventBus, QueryBus } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import type { Area } from '../../../src/events/areas.ts';
import { type ChangeBatch, ChangeFeed, type ChangeFeedListener } from '../../../src/events/change-feed.ts';
import type { DomainEvent } from '../../../src/events/domain-event.ts';
import { EventLog } from '../../../src/events/event-log.ts';
import type { RowChange } from '../../../src/events/rows.ts';
import { ReadModels } from '../../../src/projections/read-models.ts';
import { QueriesModule } from '../../../src/queries/queries.module.ts';
import type { AsOf, QueryMessage } from '../../../src/queries/query.ts';
import { AudioDevices } from '../../../src/queries/system/list-audio-devices.ts';
import {
  CommandHistory,
  type CommandOutcome,
  type QueuedCommand,
} from '../../../src/queries/system/command-history.ts';
import { ModelList } from '../../../src/queries/system/list-models.ts';
import { StatusSource } from '../../../src/queries/system/status-source.ts';
import { RecordingStateSource } from '../../../src/queries/takes/recording-state.ts';
import { baseline, transaction } from '../projections/histories.ts';

/** A feed that brings what the test says. */
export class ScriptedFeed implements ChangeFeed {
  readonly listeners = new Set<ChangeFeedListener>();

  listen(listener: ChangeFeedListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  bring(batch: ChangeBatch): void {
    for (const listener of this.listeners) listener.onBatch?.(batch);
  }
}

/** A log in memory. */
export class ArrayLog implements EventLog {
  readonly events: DomainEvent[] = [];

  async read(fromSeq: number, limit: number): Promise<DomainEvent[]> {
    return this.events.filter(({ seq }) => seq >= fromSeq).slice(0, limit);
  }

  async history(area: Area, entityId: string): Promise<DomainEvent[]> {
    return this.events.filter((event) => event.area === area && event.entity_id === entityId);
  }
}

export interface ReadSide extends AsyncDisposable {
  feed: ScriptedFeed;
  log: ArrayLog;
  outcomes: Map<string, CommandOutcome>;
  queue: QueuedCommand[];
  published: unknown[];
  /** Everything that was logged, as text. */
  logged: string[];
  models: ReadModels;
  queryBus: QueryBus;
  eventBus: EventBus;
  /** As the socket does: makes the message from JSON, checks it, and dispatches it. */
  ask<Answer>(message: new () => QueryMessage<Answer>, fields?: object): Promise<Answer & AsOf>;
  /** Names of the fields that the message's own rules refuse. */
  refused(message: new () => QueryMessage<unknown>, fields: object): Promise<string[]>;
}

/** The read side as the application runs it, over ports in memory. */
export async function openReadSide(handlers: Type[] = []): Promise<ReadSide> {
  const [feed, log, outcomes] = [new ScriptedFeed(), new ArrayLog(), new Map<string, CommandOutcome>()];
  const queue: QueuedCommand[] = [];
  const history: CommandHistory = { outcome: async (id) => outcomes.get(id), queue: () => queue };
  const app = await Test.createTestingModule({
    imports: [CqrsModule.forRoot(), portsModule(feed, log, history), QueriesModule],
    providers: handlers,
  }).compile();
  const logged: string[] = [];
  app.useLogger(keeping(logged));
  await app.init();
  const [queryBus, eventBus] = [app.get(QueryBus), app.get(EventBus)];
  const published: unknown[] = [];
  eventBus.subscribe((event) => published.push(event));
  const refused: ReadSide['refused'] = async (message, fields) =>
    (await validate(plainToInstance(message, fields))).map(({ property }) => property);
  return {
    feed,
    log,
    outcomes,
    queue,
    published,
    logged,
    models: app.get(ReadModels),
    queryBus,
    eventBus,
    refused,
    ask: async (message, fields = {}) => {
      expect(await refused(message, fields)).toEqual([]);
      return queryBus.execute(plainToInstance(message, fields));
    },
    [Symbol.asyncDispose]: () => app.close(),
  };
}

/** The same, after a baseline with these rows. */
export async function given(changes: readonly RowChange[], seq = 100): Promise<ReadSide> {
  const side = await openReadSide();
  side.feed.bring(baseline(0, []));
  side.feed.bring(transaction(seq, changes));
  return side;
}

export const AUDIO: AudioDevices = {
  devices: async () => [
    { name: 'Headset', host_api: 'ALSA', is_default: true, channels: 1, sample_rate: 48_000 },
  ],
};

export const STATUS: StatusSource = {
  process: () => ({ pid: 42, version: '0.1.0', instance_id: 'i1', started_at: '2026-05-01T08:00:00.000Z' }),
  engine: () => ({ kind: 'sidecar', state: 'starting', pid: 43 }),
  connection: () => ({ state: 'starting', since: '2026-05-01T08:00:00.000Z' }),
  queue: () => ({ pending: 1, dead: 0 }),
  backup: () => ({ last_at: '2026-05-01T07:00:00.000Z' }),
  clock: () => ({ state: 'steady' }),
  clients: () => 3,
};

export const MODELS: ModelList = {
  list: async () => [
    {
      name: 'moonshine-tiny-en',
      title: 'Moonshine tiny, English',
      kind: 'moonshine',
      languages: ['en'],
      licence: 'MIT',
      credit: null,
      bytes: 45_000_000,
      download_bytes: 90_000_000,
      state: 'installed',
      folder: '/models/moonshine-tiny-en',
      place: 'user',
      used: true,
    },
  ],
};

export const RECORDING: RecordingStateSource = {
  state: () => ({
    state: 'recording',
    phase: 'tail',
    take: 7,
    mode: 'toggle',
    device: null,
    recorded_ms: 1_200,
    waiting: 2,
  }),
  stages: () => ({ decode_ms: { takes: 3, p50_ms: 160, p95_ms: 200 } }),
};

function keeping(lines: string[]): LoggerService {
  const keep = (...parts: unknown[]) => void lines.push(parts.join(' '));
  return { log: keep, error: keep, warn: keep };
}

function portsModule(feed: ChangeFeed, log: EventLog, history: CommandHistory): Type {
  const providers = [
    { provide: ChangeFeed, useValue: feed },
    { provide: EventLog, useValue: log },
    { provide: CommandHistory, useValue: history },
    { provide: StatusSource, useValue: STATUS },
    { provide: AudioDevices, useValue: AUDIO },
    { provide: ModelList, useValue: MODELS },
    { provide: RecordingStateSource, useValue: RECORDING },
  ];
  class Ports {}
  Global()(Ports);
  Module({ providers, exports: providers.map(({ provide }) => provide) })(Ports);
  return Ports;
}
