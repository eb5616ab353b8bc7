import { CommandJournal } from '../../../src/infra/journal/command-journal.ts';
import { JournalledLedger } from '../../../src/infra/journal/journalled-ledger.ts';
import type { ChangeFeedListener, Receipt } from '../../../src/events/change-feed.ts';
import type { EngineConnection } from '../../../src/infra/database/connection/engine-connection.ts';
import type { Session } from '../../../src/infra/database/connection/session.ts';
import { Published } from '../../support/published.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const MINUTE = 61;

/** An engine of one table: each command has one event. It may forget the end of what it acknowledged. */
class Engine {
  epoch = 'first';
  receipts: Receipt[] = [];
  /** Tables that were asked for. */
  asked: string[] = [];

  call(command_id: string): Receipt {
    const seq = this.receipts.length + 1;
    const receipt = { command_id, first_seq: seq, last_seq: seq, result: {}, created_at: '' };
    this.receipts.push(receipt);
    return receipt;
  }

  async fetch(table: string) {
    this.asked.push(table);
    const head = { epoch: this.epoch, next_seq: this.receipts.length + 1 };
    return table === 'stream_heads' ? [head] : [...this.receipts];
  }
}

/** A run of the service, as far as the ledger sees it. */
class Run {
  readonly #listeners: ChangeFeedListener[] = [];
  readonly connection;
  readonly ledger: JournalledLedger;
  backup: { epoch: string; events: number } | undefined;

  constructor(
    readonly engine: Engine,
    readonly journal: CommandJournal,
    epoch?: string,
  ) {
    this.connection = {
      epoch,
      seq: engine.receipts.length,
      isUp: true,
      isDurable: false,
      heartbeats: 0,
      beforeBaseline: (async () => undefined) as (session: Session) => Promise<void>,
      listen: (listener: ChangeFeedListener) => this.#listeners.push(listener),
      call: async (_: string, command_id: string) => engine.call(command_id),
      fetch: (table: string) => engine.fetch(table),
    };
    const newestBackup = () => this.backup;
    this.ledger = new JournalledLedger({
      connection: this.connection as unknown as EngineConnection,
      journal,
      newestBackup,
      events: new Published(),
    });
  }

  async send(...names: string[]): Promise<void> {
    const args = (key: string) => ({ key, value: '1', expected_seq: null });
    for (const name of names)
      await this.ledger.submit({
        reducer: 'save_setting',
        command_id: name,
        args: args(name),
        wait_ms: 10_000,
      });
  }

  hear(times: number): void {
    for (let time = 0; time < times; time++) for (const listener of this.#listeners) listener.onHeartbeat?.();
  }

  /** @returns what the engine was asked for before the rows are read. */
  async connect(): Promise<string[]> {
    this.engine.asked = [];
    await this.connection.beforeBaseline({
      call: async (_: string, command_id: string) => {
        if (!this.engine.receipts.some((receipt) => receipt.command_id === command_id))
          this.engine.call(command_id);
      },
      fetch: (table: string) => this.engine.fetch(table),
    } as unknown as Session);
    this.connection.epoch = this.engine.epoch;
    for (const listener of this.#listeners) listener.onConnected?.();
    return this.engine.asked;
  }

  get kept(): string[] {
    return [...this.journal.entries()].map(({ command_id }) => command_id);
  }
}

describe('commands that are kept for a backup', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let engine: Engine;
  let run: Run;
  beforeEach(async () => {
    folder = await tempFolder();
    engine = new Engine();
    run = new Run(engine, (await CommandJournal.open(folder.path)).journal);
    await run.connect();
    await run.send('a', 'b', 'c');
  });
  afterEach(async () => {
    await run.ledger.close();
    await folder[Symbol.asyncDispose]();
  });

  const ids = () => engine.receipts.map(({ command_id }) => command_id);

  async function restart(epoch?: string): Promise<void> {
    await run.ledger.close();
    run = new Run(engine, (await CommandJournal.open(folder.path)).journal, epoch);
  }

  it('JRN20 stay until one of their history holds them, also over a restart, and are answered as before', async () => {
    run.hear(MINUTE);
    run.backup = { epoch: 'another', events: 3 };
    run.hear(1);
    expect(run.kept).toEqual(['a', 'b', 'c']);
    run.backup = { epoch: 'first', events: 1 };
    run.hear(1);
    expect(run.kept).toEqual(['b', 'c']);
    await restart('first');
    run.hear(MINUTE);
    expect(run.kept).toEqual(['b', 'c']);
    await run.send('b');
    expect(ids()).toEqual(['a', 'b', 'c']);
    run.backup = { epoch: 'first', events: 3 };
    run.hear(1);
    expect(run.kept).toEqual([]);
  });

  it('JRN20 go after their minute where no backups are made, or the engine is durable by itself', async () => {
    run.connection.isDurable = true;
    run.hear(MINUTE);
    expect(run.kept).toEqual([]);
  });

  it('JRN21 cost a reconnect one look at the head, also after a restart; young ones are checked by receipts', async () => {
    expect(await run.connect()).toEqual(['command_receipts']);
    run.hear(MINUTE);
    expect(await run.connect()).toEqual(['stream_heads']);
    await restart('first');
    expect(await run.connect()).toEqual(['stream_heads']);
    await run.send('d');
    expect(await run.connect()).toEqual(['stream_heads', 'command_receipts']);
  });

  it.each(['in a run', 'over a restart'])(
    'JRN21 are sent again in order where an older history was put in place, %s',
    async (when) => {
      run.hear(MINUTE);
      engine.receipts.splice(1);
      if (when === 'over a restart') await restart('first');
      expect(await run.connect()).toContain('command_receipts');
      expect(ids()).toEqual(['a', 'b', 'c']);
      // Young again: they may be lost another time.
      expect(await run.connect()).toContain('command_receipts');
    },
  );

  it.each([
    ['another history', 'first'],
    ['one of which nothing is known', undefined],
  ])('JRN21 are sent again in order where the engine has %s', async (_, epoch) => {
    run.hear(MINUTE);
    engine.receipts.splice(0, 2);
    engine.epoch = epoch === undefined ? 'first' : 'second';
    // Others took their seqs.
    engine.call('x');
    engine.call('y');
    await restart(epoch);
    await run.connect();
    expect(ids()).toEqual(['c', 'x', 'y', 'a', 'b']);
  });

  it('BAK17 a backup is needed where the newest is of another history', () => {
    expect(run.ledger.needsBackup).toBe(false);
    run.backup = { epoch: 'another', events: 10 };
    expect(run.ledger.needsBackup).toBe(true);
    run.backup = { epoch: 'first', events: 0 };
    expect(run.ledger.needsBackup).toBe(false);
  });
});
