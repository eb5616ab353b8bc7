/**
 * Builds spacetimedb/heycat-data to wasm, and writes it with its source digest to the module's dist folder; with
 * `--kitchen-sink` test/fixtures/kitchen-sink-module instead. `--check` builds nothing and only says whether the
 * committed wasm belongs to the sources; `--test` runs the module's unit tests on this machine.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { builtDigest, HEYCAT_DATA, KITCHEN_SINK, sourceDigest } from './module-digest.mjs';

const TARGET = 'wasm32-unknown-unknown';
const DEBIAN_RUSTC = '/usr/bin/rustc';
const DEBIAN_CARGO = '/usr/bin/cargo';
const MODULE = process.argv.includes('--kitchen-sink') ? KITCHEN_SINK : HEYCAT_DATA;

function main() {
  const digest = sourceDigest(MODULE.dir);
  if (process.argv.includes('--check')) return check(digest);
  if (process.argv.includes('--test')) return test();

  const found = findToolchain();
  if (found.missing) return fail(found.missing);
  console.error(`building with ${found.name}`);
  const started = Date.now();
  const build = spawnSync(
    found.cargo,
    ['build', '--release', '--locked', '--target', TARGET, ...found.args],
    { cwd: MODULE.dir, env: { ...process.env, ...found.env }, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  if (build.status !== 0) return fail('cargo could not build the module; its messages are above.');

  const targetDir = process.env.CARGO_TARGET_DIR ?? join(MODULE.dir, 'target');
  mkdirSync(dirname(MODULE.wasm), { recursive: true });
  copyFileSync(join(targetDir, TARGET, 'release', basename(MODULE.wasm)), MODULE.wasm);
  chmodSync(MODULE.wasm, 0o644);
  writeFileSync(MODULE.digest, `${digest}\n`);
  const seconds = Math.round((Date.now() - started) / 1000);
  console.log(`${MODULE.wasm}: ${statSync(MODULE.wasm).size} bytes, built in ${seconds} s`);
}

function check(digest) {
  if (existsSync(MODULE.wasm) && builtDigest(MODULE) === digest)
    return console.log('the wasm belongs to the sources');
  const flag = MODULE === KITCHEN_SINK ? ' -- --kitchen-sink' : '';
  fail(`The wasm was built from other sources. Run \`npm run build:module${flag}\` and commit dist.`);
}

/** Any Rust compiler will do: the unit tests need no wasm. */
function test() {
  const onPath = output('rustc', ['--version']) && output('cargo', ['--version']);
  const [cargo, env] = onPath ? ['cargo', {}] : [DEBIAN_CARGO, { RUSTC: DEBIAN_RUSTC }];
  if (!output(cargo, ['--version']))
    return fail('No Rust compiler found. Install rustup (https://rustup.rs).');
  const options = { cwd: MODULE.dir, env: { ...process.env, ...env }, stdio: 'inherit' };
  const run = spawnSync(cargo, ['test', '--locked'], options);
  if (run.status !== 0) fail('A unit test of the module failed; its messages are above.');
}

/** The wasm target of the toolchain on PATH; where it is absent, Debian's compiler with std built from source. */
function findToolchain() {
  const sysroot = output('rustc', ['--print', 'sysroot']);
  if (sysroot && existsSync(join(sysroot, 'lib', 'rustlib', TARGET, 'lib'))) {
    return { name: `${sysroot} and its ${TARGET} target`, cargo: 'cargo', args: [], env: {} };
  }
  const lld = findLld(sysroot);
  const source = output(DEBIAN_RUSTC, ['--print', 'sysroot']);
  const hasSource = source && existsSync(join(source, 'lib/rustlib/src/rust/library/std/Cargo.toml'));
  if (hasSource && existsSync(DEBIAN_CARGO) && lld) {
    return {
      name: `${DEBIAN_RUSTC}, std from source (3 to 5 minutes the first time)`,
      cargo: DEBIAN_CARGO,
      args: ['-Z', 'build-std=std,panic_abort'],
      env: {
        RUSTC: DEBIAN_RUSTC,
        RUSTC_BOOTSTRAP: '1',
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: lld,
      },
    };
  }
  return { missing: advice(sysroot, hasSource, lld) };
}

function advice(sysroot, hasSource, lld) {
  if (!sysroot && !hasSource) {
    return `No Rust compiler found. Install rustup (https://rustup.rs), then run \`rustup target add ${TARGET}\`.`;
  }
  if (hasSource && !lld)
    return 'rust-lld is missing. Install it with `apt-get install lld`, or install rustup.';
  return (
    `The Rust target ${TARGET} is missing. Run \`rustup target add ${TARGET}\`; where it cannot be fetched, ` +
    '`apt-get install rustc-web rust-web-src cargo-web` lets this script build std from source.'
  );
}

/** A linker for wasm: rust-lld of any rustup toolchain (Debian's own may be a dangling link), or lld's wasm-ld. */
function findLld(sysroot) {
  const home = process.env.RUSTUP_HOME ?? join(process.env.HOME ?? '', '.rustup');
  const toolchains = join(home, 'toolchains');
  const all = existsSync(toolchains)
    ? readdirSync(toolchains)
        .sort()
        .map((name) => join(toolchains, name))
    : [];
  const host = output('rustc', ['--print', 'host-tuple']) ?? 'x86_64-unknown-linux-gnu';
  const rustLlds = [sysroot, ...all]
    .filter(Boolean)
    .map((dir) => join(dir, 'lib/rustlib', host, 'bin/rust-lld'));
  return [...rustLlds, '/usr/bin/rust-lld', '/usr/bin/wasm-ld'].find((path) => existsSync(path));
}

function output(command, args) {
  const run = spawnSync(command, args, { encoding: 'utf8' });
  return run.status === 0 ? run.stdout.trim() : undefined;
}

function fail(sentence) {
  console.error(sentence);
  process.exitCode = 1;
}

main();
