import { cpSync, readdirSync, readFileSync, appendFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  builtDigest,
  HEYCAT_DATA,
  KITCHEN_SINK,
  sourceDigest,
  sourceFiles,
} from '../../scripts/module-digest.mjs';
import { tempFolder } from '../support/temp-folder.ts';

/** The part of the global that is used here; Node's types leave it out. */
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: { Module: { new (bytes: Uint8Array): object; imports(module: object): { module: string }[] } };
};

const { dir: MODULE_DIR, wasm: WASM_FILE } = HEYCAT_DATA;
const BINDINGS_DIR = fileURLToPath(new URL('../../src/infra/database/bindings/', import.meta.url));
const STATE_TABLES = ['recordings', 'settings', 'dictionary_entries', 'voice_commands', 'window_contexts'];

/** Texts of the module's Rust files by their path in src, without the unit tests. */
const rustSources = new Map(
  sourceFiles(MODULE_DIR)
    .filter((path) => path.endsWith('.rs') && !path.startsWith('src/tests/'))
    .map((path) => [path, readFileSync(join(MODULE_DIR, path), 'utf8')]),
);
const allRust = [...rustSources.values()].join('\n');

function allMatches(pattern: RegExp, text = allRust): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1]!).sort();
}

/** Each SpacetimeDB crate of a Cargo.lock with its version. */
function spacetimeVersions(lock: string): string[] {
  const crates = lock.matchAll(/name = "(spacetimedb[^"]*)"\nversion = "([^"]+)"/g);
  return [...crates].map(([, name, version]) => `${name} ${version}`);
}

describe('the committed module', () => {
  it('MOD1 the committed wasm was built from the committed sources', () => {
    const advice = 'run `npm run build:module` and commit spacetimedb/heycat-data/dist';
    expect({ digest: builtDigest(HEYCAT_DATA), advice }).toEqual({
      digest: sourceDigest(MODULE_DIR),
      advice,
    });
  });

  it('MOD1 the wasm that the engines are compared on was built from its committed sources', () => {
    const advice =
      'run `npm run build:module -- --kitchen-sink` and commit test/fixtures/kitchen-sink-module/dist';
    const wanted = { digest: sourceDigest(KITCHEN_SINK.dir), advice };
    expect({ digest: builtDigest(KITCHEN_SINK), advice }).toEqual(wanted);
    const lock = readFileSync(join(KITCHEN_SINK.dir, 'Cargo.lock'), 'utf8');
    for (const version of spacetimeVersions(lock)) expect(version).toMatch(/ 1\.2\.0$/);
  });

  it('MOD1 the digest changes with any source file and not with line ends', async () => {
    await using folder = await tempFolder();
    const copy = join(folder.path, 'module');
    for (const path of sourceFiles(MODULE_DIR))
      cpSync(join(MODULE_DIR, path), join(copy, path), { recursive: true });
    expect(sourceFiles(`${copy}/`)).toEqual(sourceFiles(MODULE_DIR));
    expect(sourceDigest(`${copy}/`)).toBe(sourceDigest(MODULE_DIR));
    appendFileSync(join(copy, 'src/keys.rs'), '\n');
    const changed = sourceDigest(`${copy}/`);
    expect(changed).not.toBe(sourceDigest(MODULE_DIR));
    appendFileSync(join(copy, 'src/keys.rs'), '\r\n');
    const withCarriageReturn = sourceDigest(`${copy}/`);
    await using other = await tempFolder();
    cpSync(copy, other.path, { recursive: true });
    cpSync(join(MODULE_DIR, 'src/keys.rs'), join(other.path, 'src/keys.rs'));
    appendFileSync(join(other.path, 'src/keys.rs'), '\n\n');
    expect(sourceDigest(`${other.path}/`)).toBe(withCarriageReturn);
  });

  it('MOD2 the wasm stays below 400 KB and needs nothing but the functions of SpacetimeDB', () => {
    expect(statSync(WASM_FILE).size).toBeLessThan(400_000);
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(WASM_FILE)));
    const foreign = imports.filter((each) => !/^spacetime_10\.\d+$/.test(each.module));
    expect(foreign).toEqual([]);
  });

  it('MOD2 every SpacetimeDB crate is locked to 1.2.0', () => {
    const lock = readFileSync(join(MODULE_DIR, 'Cargo.lock'), 'utf8');
    const versions = spacetimeVersions(lock);
    expect(versions.length).toBeGreaterThanOrEqual(7);
    for (const version of versions) expect(version).toMatch(/ 1\.2\.0$/);
  });

  it('MOD3 every public table shows a caller only rows of their own, and members are private', () => {
    const open = allMatches(/#\[table\(name = (\w+), public\)\]/g);
    expect(open).toEqual([...STATE_TABLES, 'command_receipts', 'event_log', 'stream_heads'].sort());
    const ruled = allMatches(/Filter::Sql\(\s*"SELECT \* FROM (\w+) WHERE owner_identity = :sender",?\s*\)/g);
    expect(ruled).toEqual(open);
    expect(allMatches(/#\[client_visibility_filter\]\s*(const)/g)).toHaveLength(open.length);
    expect(allMatches(/#\[table\(name = (\w+)\)\]/g)).toEqual(['members']);
    expect(allMatches(/#\[index\(btree\)\]\s*pub (owner_identity): Identity/g)).toHaveLength(open.length);
  });

  it('MOD4 only apply writes rows of state', () => {
    // `$table` is how a macro names them all.
    const tables = [...STATE_TABLES, '\\$table'].join('|');
    const write = new RegExp(`\\.db\\s*\\.(${tables})\\(\\)[^;]*\\.(insert|update|delete|try_insert)\\(`);
    const writers = [...rustSources].filter(([, text]) => write.test(text)).map(([path]) => path);
    expect(writers).toEqual(['src/apply.rs']);
    // What writes there is for nobody else.
    expect(allMatches(/^(.*)trait Written\b/gm)).toEqual(['']);
  });

  it('MOD4 every reducer but the lifecycle ones starts with the membership or the command frame', () => {
    const bodies = allRust.split('#[reducer]').slice(1);
    for (const body of bodies) {
      const name = /pub fn (\w+)/.exec(body)![1];
      const guarded = /members::require\(ctx\)|require_admin\(ctx, |Command::new\("(\w+)"/.exec(
        body.slice(0, body.search(/\n}\n/)),
      );
      expect([name, guarded !== null]).toEqual([name, true]);
      // The name goes into the fingerprint, so it has to be the reducer's own.
      if (guarded![1] !== undefined) expect(guarded![1]).toBe(name);
    }
    expect(bodies.length).toBe(22);
  });

  it('MOD22 the committed bindings name every table and reducer of the module', () => {
    const reducers = allMatches(/#\[reducer(?:\(client_connected\))?\]\s*(?:pub )?fn (\w+)/g);
    const tables = allMatches(/#\[table\(name = (\w+)/g);
    const files = readdirSync(BINDINGS_DIR);
    const stems = (suffix: string) =>
      files
        .filter((file) => file.endsWith(suffix))
        .map((file) => file.slice(0, -suffix.length))
        .sort();
    expect(stems('_reducer.ts')).toEqual(reducers);
    expect(stems('_table.ts')).toEqual(tables);
  });

  it('MOD22 the bindings import by whole file names, as Node needs it', () => {
    for (const file of readdirSync(BINDINGS_DIR)) {
      const text = readFileSync(join(BINDINGS_DIR, file), 'utf8');
      const relative = [...text.matchAll(/from "(\.[^"]*)"/g)].map((match) => match[1]!);
      expect(relative.filter((path) => !path.endsWith('.ts'))).toEqual([]);
    }
  });
});
