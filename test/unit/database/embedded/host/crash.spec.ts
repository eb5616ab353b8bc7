import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openModuleHost } from '../../../../../src/infra/database/embedded/host/open-module-host.ts';
import type { ModuleHost } from '../../../../../src/infra/database/embedded/module-host.ts';
import { seededRandom } from '../../../../support/random.ts';
import { text, u32 } from './bsatn.ts';
import { commandId } from './commands.ts';
import { compileTo } from './compiled.ts';

const WASM = resolve(import.meta.dirname, '../../../../../spacetimedb/heycat-data/dist/heycat_data.wasm');
const KILLS = Number(process.env['HEYCAT_KILLS'] ?? (process.env['CI'] ? 20 : 4));
/** A folder is killed over and over, but not until reading all of it takes longer than the kills. */
const KILLS_PER_FOLDER = 20;
const SEED = Number(process.env['HEYCAT_SEED'] ?? Date.now() % 1_000_000);

function openHost(folder: string): Promise<ModuleHost> {
  const identity = new Uint8Array(32).fill(7);
  return openModuleHost({ wasm: readFileSync(WASM), folder, databaseIdentity: identity, owner: identity });
}

/** Runs the load, kills it some time after its first acknowledgement; returns the number behind the last acknowledged. */
async function loadAndKill(
  program: string,
  folder: string,
  { first, after }: { first: number; after: number },
): Promise<number> {
  const child = spawn(process.execPath, [program, WASM, folder, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  let timer: NodeJS.Timeout | undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    timer ??= setTimeout(() => child.kill('SIGKILL'), after);
  });
  await once(child, 'close');
  return Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1) ?? first);
}

const table = (host: ModuleHost, name: string) => host.schema.tables.find((each) => each.name === name)!;

describe('kill -9 in the middle of a load', () => {
  it(`HST30 loses nothing that was durable and leaves nothing half done (${KILLS} kills, seed ${SEED})`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'heycat-crash-'));
    try {
      const program = join(await compileTo(join(folder, 'js')), 'crash-program.js');
      const next = seededRandom(SEED);
      let [data, first] = ['', 1];
      for (let kill = 0; kill < KILLS; kill++) {
        if (kill % KILLS_PER_FOLDER === 0) [data, first] = [join(folder, `data-${kill}`), 1];
        const acknowledged = await loadAndKill(program, data, { first, after: next() * 400 });
        expect(acknowledged).toBeGreaterThanOrEqual(first);
        const host = await openHost(data);
        const [receipts, log] = [table(host, 'command_receipts'), table(host, 'event_log')];
        const count = host.count(receipts);
        expect(count).toBeGreaterThanOrEqual(acknowledged - 1);
        expect([...host.scan(receipts)]).toHaveLength(count);
        expect(host.count(log)).toBe(count);
        const events = [...host.scan(log)].map((bytes) => Buffer.from(bytes).readBigUInt64LE(48));
        expect(events).toEqual(Array.from({ length: count }, (_, position) => BigInt(position + 1)));
        const ids = new Set([...host.scan(receipts)].map((bytes) => receiptCommand(Buffer.from(bytes))));
        for (let number = 1; number <= count; number++) expect(ids.has(commandId(number))).toBe(true);
        expect(host.count(table(host, 'settings'))).toBe(Math.min(50, count));
        expect([...host.scan(table(host, 'members'))]).toHaveLength(1);
        const [head] = [...host.scan(table(host, 'stream_heads'))];
        expect(Buffer.from(head!).readBigUInt64LE(16 + 32 + 4 + 32)).toBe(BigInt(count + 1));
        await host.close();
        first = count + 1;
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 3_600_000);
});

describe('a disk that is full', () => {
  // Limits that the log meets first, or the database file, or each in turn.
  it.each([600, 900, 1024, 1200, 1500, 2000, 3000])(
    'HST31 stops everything with a sentence, and keeps what was acknowledged (%i KiB)',
    async (limit) => {
      const folder = await mkdtemp(join(tmpdir(), 'heycat-full-'));
      try {
        const program = join(await compileTo(join(folder, 'js')), 'crash-program.js');
        const data = join(folder, 'data');
        // The shell's limit on the size of a file, in KiB, fails a write as a full disk does.
        const limited = [
          '-c',
          `ulimit -f ${limit}; exec "$@"`,
          'sh',
          process.execPath,
          program,
          WASM,
          data,
          '1',
        ];
        const child = spawn('bash', limited, { stdio: ['ignore', 'pipe', 'pipe'] });
        const [said, complaint] = await Promise.all([
          textOf(child.stdout),
          textOf(child.stderr),
          once(child, 'close'),
        ]);
        expect(child.exitCode).toBe(1);
        expect(complaint).toContain('ENGINE_UNAVAILABLE');
        const acknowledged = Number(said.trim().split('\n').at(-1));
        expect(acknowledged).toBeGreaterThan(40);
        const host = await openHost(data);
        const count = host.count(table(host, 'command_receipts'));
        expect(count).toBeGreaterThanOrEqual(acknowledged - 1);
        expect([...host.scan(table(host, 'event_log'))]).toHaveLength(count);
        await host.close();
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

/** Columns row_key, owner_identity, command_id. */
function receiptCommand(bytes: Buffer): string {
  const at = 4 + bytes.readUInt32LE(0) + 32;
  const id = bytes.subarray(at + 4, at + 4 + bytes.readUInt32LE(at)).toString();
  expect(text(id).subarray(0, 4)).toEqual(u32(id.length));
  return id;
}
