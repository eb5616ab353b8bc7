import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AREAS } from '../../src/events/areas.ts';
import type { ChangeBatch, KnownRows } from '../../src/events/change-feed.ts';
import type { ConnectionStatus } from '../../src/events/live-event.ts';
import type { Engine } from '../../src/infra/database/engine.ts';
import type { RowChange } from '../../src/events/rows.ts';
import type { Applied, Submitted } from '../../src/commands/command-ledger.ts';
import { DiskRoom } from '../../src/infra/process/files/disk-room.ts';
import { CommandJournal } from '../../src/infra/journal/command-journal.ts';
import { JournalledLedger } from '../../src/infra/journal/journalled-ledger.ts';
import { Backoff } from '../../src/infra/process/backoff.ts';
import { EngineEventLog } from '../../src/infra/database/connection/event-log.ts';
import { EngineConnection } from '../../src/infra/database/connection/engine-connection.ts';
import { Supervisor } from '../../src/infra/database/connection/supervisor.ts';
import { FaultyEngine } from './faulty-engine.ts';
import { Published } from './published.ts';
import { tempFolder, type TempFolder } from './temp-folder.ts';

/** An engine for the connection, which can be made to end. */
export interface CrashableEngine extends AsyncDisposable {
  engine: Engine;
  crash(): Promise<void>;
}

/** A connection to a real engine, over sockets that can be made to misbehave. */
export class ConnectionHarness implements AsyncDisposable {
  readonly batches: ChangeBatch[] = [];
  readonly published = new Published();
  /** What a reader holds who applied every change, by area and key. */
  readonly held = new Map<string, unknown>();
  epoch = '';
  /** What the disk is said to have. */
  freeBytes = 2 ** 40;
  #looks = 0;
  readonly #others: ConnectionHarness[] = [];
  readonly engine: FaultyEngine;
  connection!: EngineConnection;
  log!: EngineEventLog;
  ledger!: JournalledLedger;

  private constructor(
    readonly server: CrashableEngine,
    engine: FaultyEngine,
    private readonly kept: TempFolder,
    journal: CommandJournal,
  ) {
    this.engine = engine;
    this.#build(journal);
  }

  #build(journal: CommandJournal): void {
    // Faults come by the dozen here, and a lasting one is soon over.
    const backoff = new Backoff({ minMs: 10, maxMs: 200 });
    const supervisor = new Supervisor({ backoff, stableMs: 300, degradedWaitMs: 20 });
    this.connection = new EngineConnection(this.engine, this.published, {
      deadlineMs: 2_000,
      heartbeatMs: 100,
      supervisor,
    });
    this.log = new EngineEventLog(this.connection);
    const room = new DiskRoom('the disk', { probe: () => this.freeBytes, now: () => (this.#looks += 1_000) });
    this.ledger = new JournalledLedger({
      connection: this.connection,
      journal,
      room,
      events: this.published,
    });
    this.connection.listen({
      onBatch: (batch) => {
        this.batches.push(batch);
        this.epoch = batch.epoch;
        for (const change of batch.changes) this.#hold(change);
      },
    });
  }

  static async start(server: CrashableEngine): Promise<ConnectionHarness> {
    const folder = await tempFolder();
    const harness = new ConnectionHarness(
      server,
      new FaultyEngine(server.engine),
      folder,
      await journalIn(folder),
    );
    harness.connection.start();
    await until(() => harness.batches.length > 0, 'the first baseline');
    return harness;
  }

  /** Ends connection and ledger, and begins anew with nothing but the journal, as a restart of the service does. */
  async restart(): Promise<void> {
    await this.connection.stop();
    await this.ledger.close();
    this.batches.length = 0;
    this.held.clear();
    this.#build(await journalIn(this.kept));
    this.connection.start();
    await until(() => this.connection.isUp, 'the connection');
  }

  /** Another reader of the same engine and user, with a memory of its own, or with that of an earlier run. */
  async another(told?: KnownRows): Promise<ConnectionHarness> {
    const { engine } = this.server;
    const borrowed: Engine = {
      // Asked each time: one that is refused restarts the engine, and the other one has to follow.
      get status() {
        return engine.status;
      },
      start: () => engine.start(),
      stop: async () => undefined,
    };
    const folder = await tempFolder();
    const other = new ConnectionHarness(
      this.server,
      new FaultyEngine(borrowed),
      folder,
      await journalIn(folder),
    );
    other.connection.start(told && Promise.resolve(told));
    this.#others.push(other);
    return other;
  }

  /** How the way to the engine was. */
  get statuses(): ConnectionStatus[] {
    return this.published.of('connection_status');
  }

  get baselines(): ChangeBatch[] {
    return this.batches.filter(({ kind }) => kind === 'baseline');
  }

  get transactions(): ChangeBatch[] {
    return this.batches.filter(({ kind }) => kind === 'transaction');
  }

  /** Fails when it is not applied in time. */
  addEntry(trigger: string, command_id: string = randomUUID(), wait_ms = 20_000): Promise<Applied> {
    return this.sendEntry(trigger, command_id, wait_ms).then(applied);
  }

  sendEntry(trigger: string, command_id: string, wait_ms: number): Promise<Submitted> {
    const flags = { enabled: true, disable_suffix: false, auto_enter: false, complete_match_only: false };
    const args = { entry: { trigger, replacement: 'r', suffix: null, ...flags } };
    return this.ledger.submit({ reducer: 'add_dictionary_entry', command_id, args, wait_ms });
  }

  saveSetting(key: string, value: unknown): Promise<Applied> {
    const args = { key, value: JSON.stringify(value), expected_seq: null };
    return this.ledger.submit({ reducer: 'save_setting', args, wait_ms: 20_000 }).then(applied);
  }

  /** What this reader has been told so far, as a later run would remember it. */
  get told(): KnownRows {
    const { held, connection, epoch } = this;
    const rowsOf = (area: string) =>
      [...held].filter(([key]) => key.startsWith(`${area}/`)).map(([, row]) => row);
    const rows = new Map(AREAS.map((area) => [area, rowsOf(area)]));
    return { epoch, seq: connection.seq, rows: (area) => structuredClone(rows.get(area)) as never };
  }

  /** Resolves at the next baseline after `count`. */
  baselineAfter(count: number): Promise<void> {
    return until(() => this.baselines.length > count, 'another baseline');
  }

  #hold({ area, before, after }: RowChange): void {
    const row = (after ?? before) as { id?: number; key?: string };
    const key = `${area}/${row.id ?? row.key}`;
    if (after === undefined) this.held.delete(key);
    else this.held.set(key, after);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const other of this.#others) await other.#end();
    await this.#end();
    await this.server[Symbol.asyncDispose]();
  }

  async #end(): Promise<void> {
    await this.connection.stop();
    await this.ledger.close();
    await this.kept[Symbol.asyncDispose]();
  }
}

async function journalIn(folder: TempFolder): Promise<CommandJournal> {
  return (await CommandJournal.open(folder.path)).journal;
}

function applied(submitted: Submitted): Applied {
  if (submitted.status !== 'applied') throw new Error(`${submitted.command_id} is only ${submitted.status}`);
  return submitted;
}

/** Waits for a condition; fails naming it. */
export async function until(condition: () => boolean, what: string, timeoutMs = 20_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await sleep(5);
  }
}
