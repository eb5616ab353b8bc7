/** Data folders as years of use leave them, written through the module itself, in this process. */
import { createHash } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openModuleHost } from '../../dist/infra/database/embedded/host/open-module-host.js';
import { identityBytes } from '../../dist/infra/database/identity/claims.js';
import { EngineIdentity } from '../../dist/infra/database/identity/engine-identity.js';
import { modulePath } from '../../dist/infra/database/module-file.js';
import { DATABASE } from '../../dist/infra/database/module-file.js';
import { encodeCall } from '../../dist/infra/database/connection/remote-module.js';

const BATCH = 1_000;
const FIRST_TAKE = Date.parse('2023-01-01T08:00:00Z');
const MINUTES_APART = 15;
const WORDS =
  'please send the notes of this morning to everybody and ask whether we can move our next call by an hour'.split(
    ' ',
  );

/**
 * Makes a data folder with that many recordings and events, each with its command's receipt; one that is there
 * already is kept. The first events add the recordings, the rest change them in turn.
 */
export async function bigFolder(folder, { recordings, events }) {
  if (existsSync(folder)) return;
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  const host = await openHost(unfinished);
  try {
    for (let first = 0; first < events; first += BATCH) {
      importBatch(host, { first, end: Math.min(first + BATCH, events), recordings });
      await host.durable();
    }
  } finally {
    await host.close();
  }
  renameSync(unfinished, folder);
}

async function openHost(dataDir) {
  const folder = join(dataDir, 'engine', 'embedded');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const identity = await EngineIdentity.load(join(dataDir, 'keys'));
  const [owner, user] = ['deployer', 'user'].map((role) => identityBytes(identity.identity(role)));
  const host = await openModuleHost({
    wasm: await readFile(modulePath()),
    folder,
    databaseIdentity: identityBytes(identity.database(DATABASE)),
    owner,
  });
  const call = (sender, reducer, args) => {
    const timestampMicros = BigInt(Date.now()) * 1_000n;
    const result = host.call(reducer, args, {
      identity: sender,
      connectionId: new Uint8Array(16),
      timestampMicros,
    });
    if (result.failed !== undefined) throw new Error(result.failed);
  };
  call(owner, 'admit_member', user);
  return {
    call: (reducer, args) => call(user, reducer, args),
    durable: () => host.durable(),
    close: () => host.close(),
  };
}

function importBatch(host, { first, end, recordings }) {
  const events = [];
  const receipts = [];
  for (let index = first; index < end; index++) {
    const event = eventAt(index, recordings);
    events.push(event);
    receipts.push({
      command_id: event.command_id,
      fingerprint: createHash('sha256').update(event.command_id).digest('hex'),
      first_seq: index + 1,
      last_seq: index + 1,
      result: JSON.stringify({ id: (index % recordings) + 1 }),
      created_at: event.occurred_at,
    });
  }
  const args = { expected_next_seq: first + 1, epoch: null, events, receipts };
  host.call('import_batch', encodeCall('import_batch', args));
}

function eventAt(index, recordings) {
  const id = (index % recordings) + 1;
  return {
    event_type: index < recordings ? 'recording_added' : 'recording_updated',
    schema_version: 1,
    payload: JSON.stringify(recording(id, Math.floor(index / recordings))),
    command_id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    occurred_at: new Date(FIRST_TAKE + index * MINUTES_APART * 60_000).toISOString(),
  };
}

function recording(id, turn) {
  const words = 8 + (id % 40);
  return {
    id,
    file_path: `/home/somebody/.local/share/heycat/recordings/take-${String(id).padStart(8, '0')}.wav`,
    duration_ms: words * 400,
    sample_rate: 16_000,
    transcription: Array.from({ length: words }, (_, at) => WORDS[(at + id + turn) % WORDS.length]).join(' '),
    transcription_model: 'parakeet-tdt-0.6b-v2',
    status: 'completed',
    error: null,
    stop_reason: 'hotkey',
    active_window_app: 'Slack',
    active_window_title: `#general ${turn}`,
    recovered: false,
  };
}
