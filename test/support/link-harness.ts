import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AREAS } from '../../src/events/areas.ts';
import type { ChangeBatch, ConnectionStatus } from '../../src/events/change-feed.ts';
import type { Engine } from '../../src/infra/engine/engine.ts';
import type { RowChange } from '../../src/events/rows.ts';
import { Backoff } from '../../src/infra/link/backoff.ts';
import { LinkCommandLedger } from '../../src/infra/link/link-command-ledger.ts';
import { LinkEventLog } from '../../src/infra/link/link-event-log.ts';
import { Link, type Told } from '../../src/infra/link/link.ts';
import { FaultyEngine } from './faulty-engine.ts';

/** What runs under the link. */
export interface LinkedEngine extends AsyncDisposable {
  engine: Engine;
  crash(): Promise<void>;
}

/** A link on a real engine whose connections can be made to misbehave. */
export class LinkHarness implements AsyncDisposable {
  readonly batches: ChangeBatch[] = [];
  readonly statuses: ConnectionStatus[] = [];
  /** What a reader holds who applied every change, by area and key. */
  readonly held = new Map<string, unknown>();
  epoch = '';
  readonly #others: LinkHarness[] = [];
  readonly engine: FaultyEngine;
  readonly link: Link;
  readonly log: LinkEventLog;
  readonly ledger: LinkCommandLedger;

  private constructor(
    readonly server: LinkedEngine,
    engine = new FaultyEngine(server.engine),
  ) {
    this.engine = engine;
    this.link = new Link(engine, { deadlineMs: 2_000, heartbeatMs: 100, backoff: new Backoff(10, 200) });
    this.log = new LinkEventLog(this.link);
    this.ledger = new LinkCommandLedger(this.link);
    this.link.listen(this.log);
    this.link.listen({
      onBatch: (batch) => {
        this.batches.push(batch);
        this.epoch = batch.epoch;
        for (const change of batch.changes) this.#hold(change);
      },
      onConnection: (status) => this.statuses.push(status),
    });
  }

  static async start(server: LinkedEngine): Promise<LinkHarness> {
    const harness = new LinkHarness(server);
    harness.link.start();
    await until(() => harness.batches.length > 0, 'the first baseline');
    return harness;
  }

  /** Another reader of the same engine and user, with a memory of its own, or with that of an earlier run. */
  another(told?: Told): LinkHarness {
    const { engine } = this.server;
    const borrowed: Engine = {
      status: engine.status,
      start: () => engine.start(),
      stop: async () => undefined,
    };
    const other = new LinkHarness(this.server, new FaultyEngine(borrowed));
    other.link.start(told && Promise.resolve(told));
    this.#others.push(other);
    return other;
  }

  get baselines(): ChangeBatch[] {
    return this.batches.filter(({ kind }) => kind === 'baseline');
  }

  get transactions(): ChangeBatch[] {
    return this.batches.filter(({ kind }) => kind === 'transaction');
  }

  addEntry(trigger: string, command_id: string = randomUUID(), wait_ms = 5_000) {
    const flags = { enabled: true, disable_suffix: false, auto_enter: false, complete_match_only: false };
    const args = { entry: { trigger, replacement: 'r', suffix: null, ...flags } };
    return this.ledger.submit({ reducer: 'add_dictionary_entry', command_id, args, wait_ms });
  }

  saveSetting(key: string, value: unknown) {
    return this.ledger.submit({
      reducer: 'save_setting',
      args: { key, value: JSON.stringify(value), expected_seq: null },
    });
  }

  /** What this reader has been told so far, as a later run would remember it. */
  get told(): Told {
    const { held, link, epoch } = this;
    const rowsOf = (area: string) =>
      [...held].filter(([key]) => key.startsWith(`${area}/`)).map(([, row]) => row);
    const rows = new Map(AREAS.map((area) => [area, rowsOf(area)]));
    return { epoch, seq: link.seq, rows: (area) => structuredClone(rows.get(area)) as never };
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
    for (const other of this.#others) await other.link.stop();
    await this.link.stop();
    await this.server[Symbol.asyncDispose]();
  }
}

/** Waits for a condition; fails naming it. */
export async function until(condition: () => boolean, what: string, timeoutMs = 20_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await sleep(5);
  }
}
