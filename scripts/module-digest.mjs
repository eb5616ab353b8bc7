/**
 * The digest that ties the committed wasm to the sources it was built from. Builds of different toolchains differ
 * in their bytes, so the sources are compared, never the binaries.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A module of this repository: its folder, the wasm that cargo calls by its name, and the digest beside it. */
function moduleAt(path, wasm) {
  const dir = fileURLToPath(new URL(path, import.meta.url));
  return { dir, wasm: join(dir, 'dist', wasm), digest: join(dir, 'dist', 'source.sha256') };
}

export const HEYCAT_DATA = moduleAt('../spacetimedb/heycat-data/', 'heycat_data.wasm');
/** What the embedded engine is compared with the real server on. */
export const KITCHEN_SINK = moduleAt('../test/fixtures/kitchen-sink-module/', 'kitchen_sink.wasm');

/** Cargo.toml, Cargo.lock and everything in src, as sorted paths with forward slashes. */
export function sourceFiles(moduleDir) {
  const inSrc = readdirSync(join(moduleDir, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(moduleDir.length).replaceAll('\\', '/'));
  return ['Cargo.lock', 'Cargo.toml', ...inSrc.map((path) => path.replace(/^\//, ''))].sort();
}

/** SHA-256 over each file's path and contents, in hex; line ends do not count, since git may change them. */
export function sourceDigest(moduleDir) {
  const hash = createHash('sha256');
  for (const path of sourceFiles(moduleDir)) {
    const text = readFileSync(join(moduleDir, path), 'utf8').replaceAll('\r\n', '\n');
    hash.update(`${path}\0${Buffer.byteLength(text)}\0${text}`);
  }
  return hash.digest('hex');
}

/** The digest that was written when the committed wasm was built; empty when there is none. */
export function builtDigest(module) {
  try {
    return readFileSync(module.digest, 'utf8').trim();
  } catch {
    return '';
  }
}
