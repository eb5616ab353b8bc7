/**
 * Generates src/infra/database/bindings from the built module with spacetimedb-cli.
 * `--check` compares with the committed files instead of writing them. Without a CLI it says so and ends well.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  mkdirSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HEYCAT_DATA } from './module-digest.mjs';

const BINDINGS_DIR = fileURLToPath(new URL('../src/infra/database/bindings/', import.meta.url));

function main() {
  const cli = findCli();
  if (!cli) {
    return console.log(
      'No spacetimedb-cli at hand (HEYCAT_SPACETIMEDB_CLI, PATH, beside HEYCAT_SPACETIMEDB_BIN): bindings left as they are.',
    );
  }
  const work = mkdtempSync(join(tmpdir(), 'heycat-bindings-'));
  try {
    const generated = generate(cli, work);
    if (!generated) return fail('spacetimedb-cli could not read the module; its messages are above.');
    if (process.argv.includes('--check')) return check(generated);
    rmSync(BINDINGS_DIR, { recursive: true, force: true });
    mkdirSync(BINDINGS_DIR, { recursive: true });
    for (const [name, text] of generated) writeFileSync(join(BINDINGS_DIR, name), text);
    console.log(`${BINDINGS_DIR}: ${generated.size} files`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The files' texts by name, sorted. The CLI keeps its settings under HOME, which is moved out of the user's way. */
function generate(cli, work) {
  const out = join(work, 'out');
  const run = spawnSync(
    cli,
    ['generate', '--lang', 'typescript', '--out-dir', out, '--bin-path', HEYCAT_DATA.wasm],
    {
      env: { ...process.env, HOME: work, XDG_CONFIG_HOME: join(work, 'config') },
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    },
  );
  if (run.status !== 0) {
    console.error(run.stderr ?? run.error?.message);
    return undefined;
  }
  const names = readdirSync(out).sort();
  return new Map(names.map((name) => [name, withEndings(readFileSync(join(out, name), 'utf8'))]));
}

/** Node's ESM wants complete file names in imports; the generator writes some without. */
function withEndings(text) {
  return text
    .replaceAll(/from "\.";/g, 'from "./index.ts";')
    .replaceAll(/from "(\.\/[\w-]+)";/g, 'from "$1.ts";')
    .replaceAll(/[ \t]+$/gm, '');
}

function check(generated) {
  const committed = existsSync(BINDINGS_DIR) ? readdirSync(BINDINGS_DIR).sort() : [];
  const names = new Set([...committed, ...generated.keys()]);
  const differing = [...names].filter(
    (name) =>
      !committed.includes(name) || generated.get(name) !== readFileSync(join(BINDINGS_DIR, name), 'utf8'),
  );
  if (differing.length === 0) return console.log('the bindings belong to the module');
  fail(
    `These bindings differ from the module: ${differing.join(', ')}. Run \`npm run build:bindings\` and commit.`,
  );
}

function findCli() {
  const { HEYCAT_SPACETIMEDB_CLI, HEYCAT_SPACETIMEDB_BIN, PATH = '' } = process.env;
  const folders = PATH.split(delimiter).filter(Boolean);
  if (HEYCAT_SPACETIMEDB_BIN) folders.push(dirname(HEYCAT_SPACETIMEDB_BIN));
  const candidates = folders.map((folder) => join(folder, 'spacetimedb-cli'));
  if (HEYCAT_SPACETIMEDB_CLI) candidates.unshift(HEYCAT_SPACETIMEDB_CLI);
  return candidates.find((path) => existsSync(path));
}

function fail(sentence) {
  console.error(sentence);
  process.exitCode = 1;
}

main();
