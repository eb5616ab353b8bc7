import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { BackupMade } from '../../src/commands/backups/create-backup.ts';
import { backUpFolder, type BackUpFolder } from '../../src/infra/backup/back-up-folder.ts';
import { restoreBackup, type Restore, type Restored } from '../../src/infra/backup/restore-backup.ts';
import { openEngine, suitableEngine } from '../../src/infra/database/choose-engine.ts';
import type { LocalEngine } from '../../src/infra/database/current-engine.ts';
import { EmbeddedEngine } from '../../src/infra/database/embedded-engine.ts';
import type { Engine, EngineEndpoint } from '../../src/infra/database/engine.ts';
import { Inventory, type TableCount } from '../../src/infra/database/history/inventory.ts';
import { moveEngine, type Move, type Moved } from '../../src/infra/database/move/move-engine.ts';
import { settleEngines } from '../../src/infra/database/staging.ts';
import { readAll } from '../../src/infra/database/history/user-rows.ts';
import { SidecarEngine } from '../../src/infra/database/sidecar/sidecar-engine.ts';
import { CommandJournal } from '../../src/infra/journal/command-journal.ts';
import { JournalledLedger } from '../../src/infra/journal/journalled-ledger.ts';
import { EngineConnection } from '../../src/infra/database/connection/engine-connection.ts';
import { TYPESCRIPT_ARGV } from './embedded-harness.ts';
import { serverBinary } from './spacetimedb.ts';
import { Published } from './published.ts';
import { tempFolder } from './temp-folder.ts';

export const openForTest: typeof openEngine = async (kind, place) =>
  kind === 'embedded'
    ? new EmbeddedEngine({ ...place, execArgv: TYPESCRIPT_ARGV })
    : new SidecarEngine({ ...place, binary: serverBinary() });

/** A data folder whose engine changes. */
export class MovingFolder implements AsyncDisposable {
  private constructor(
    readonly path: string,
    private readonly folder: AsyncDisposable,
  ) {}

  static async make(): Promise<MovingFolder> {
    const folder = await tempFolder();
    return new MovingFolder(folder.path, folder);
  }

  /** The engine that `auto` stands for. */
  current(): Promise<LocalEngine> {
    return suitableEngine(this.path);
  }

  move(to: LocalEngine, more: Partial<Move> = {}): Promise<Moved> {
    return moveEngine({ dataDir: this.path, to, open: openForTest, ...more });
  }

  /** Backs it up, while nothing runs on it. */
  backUp(more: Partial<BackUpFolder> = {}): Promise<BackupMade> {
    return backUpFolder({ dataDir: this.path, open: openForTest, ...more });
  }

  restore(file: string, more: Partial<Restore> = {}): Promise<Restored> {
    return restoreBackup({ dataDir: this.path, file, open: openForTest, ...more });
  }

  /** Runs an engine, the current one where none is named. */
  async on<T>(work: (endpoint: EngineEndpoint) => Promise<T>, kind?: LocalEngine): Promise<T> {
    const engine = await openForTest(kind ?? (await this.current()), { dataDir: this.path });
    try {
      return await work(await engine.start());
    } finally {
      await engine.stop();
    }
  }

  /** Runs the current engine with the connection on top, as the service does. */
  async command<T>(
    work: (ledger: JournalledLedger, engine: Engine) => Promise<T>,
    kind?: LocalEngine,
  ): Promise<T> {
    const engine = await openForTest(kind ?? (await this.current()), { dataDir: this.path });
    const connection = new EngineConnection(engine, new Published());
    await using folder = await tempFolder();
    const { journal } = await CommandJournal.open(folder.path);
    const ledger = new JournalledLedger({ connection, journal, events: new Published() });
    connection.start();
    try {
      return await work(ledger, engine);
    } finally {
      await connection.stop();
      await ledger.close();
    }
  }

  /** Everything that the user has in the current engine, in digests. */
  contents(kind?: LocalEngine): Promise<Record<string, TableCount>> {
    return this.on(contentsOf, kind);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await settleEngines(this.path);
    await this.folder[Symbol.asyncDispose]();
  }

  engineFolder(name: string): string {
    return join(this.path, 'engine', name);
  }
}

export async function contentsOf(endpoint: EngineEndpoint): Promise<Record<string, TableCount>> {
  const inventory = new Inventory();
  for await (const page of readAll(endpoint)) inventory.add(page);
  return inventory.tables;
}

const ENTRY = {
  trigger: 'brb',
  replacement: 'be right back',
  enabled: true,
  suffix: null,
  disable_suffix: false,
  auto_enter: false,
  complete_match_only: false,
};
const COMMAND = {
  phrase: 'open {app}',
  action_type: 'open_app',
  action_payload: '{"app": 1.0}',
  enabled: true,
};
const CONTEXT = {
  name: 'Mail',
  app_name: 'Mail',
  title_pattern: null,
  enabled: true,
  priority: 1,
  dictionary_mode: 'merge',
  command_mode: 'merge',
  dictionary_entry_ids: [1],
  voice_command_ids: [1],
};
const RECORDING = {
  file_path: '/takes/1.wav',
  duration_ms: 1_000,
  sample_rate: 16_000,
  transcription: 'é 😀',
  transcription_model: null,
  status: 'completed',
  error: null,
  stop_reason: null,
  active_window_app: null,
  active_window_title: null,
  recovered: false,
};

/** Rows in every area, some of them deleted, and a command that changed nothing. */
export async function writeEverywhere(ledger: JournalledLedger): Promise<void> {
  const submit = (reducer: string, args: Record<string, unknown>) =>
    ledger.submit({ reducer, command_id: randomUUID(), args, wait_ms: 30_000 });
  const at = { expected_seq: null };
  for (let take = 0; take < 3; take++) await submit('add_recording', { recording: RECORDING });
  await submit('delete_recording', { id: 3, ...at });
  await submit('save_setting', { key: 'theme', value: '{"b":1.0,"a":[0.1,1e300,9007199254740993]}', ...at });
  await submit('save_setting', { key: 'gone', value: '1', ...at });
  await submit('delete_setting', { key: 'gone', ...at });
  await submit('delete_setting', { key: 'theme', ...at });
  await submit('save_setting', { key: 'theme', value: '"dark"', ...at });
  await submit('save_setting', { key: 'theme', value: '"dark"', ...at });
  await submit('add_dictionary_entry', { entry: ENTRY });
  await submit('add_dictionary_entry', { entry: { ...ENTRY, trigger: 'omw' } });
  await submit('add_voice_command', { voice_command: COMMAND });
  await submit('add_window_context', { window_context: CONTEXT });
  await submit('delete_dictionary_entry', { id: 1, ...at });
  await submit('add_voice_command', { voice_command: { ...COMMAND, phrase: 'stop' } });
  await submit('delete_voice_command', { id: 2, ...at });
}
