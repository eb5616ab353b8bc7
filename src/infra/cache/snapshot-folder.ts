import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import type { CapturedModels } from '../../projections/snapshot.ts';
import { ensurePrivateFolder, readPrivateFile, writePrivateFile } from '../process/files/private-file.ts';
import { pagesOf } from './row-pages.ts';
import { SavedPage } from './saved-page.ts';
import { decodeManifest, encodeManifest, type Manifest } from './snapshot-file.ts';

const MANIFEST = 'snapshot.json';
/** The names of the cache's own files; any other file is left alone. */
const OURS = /^(snapshot|\w+-\d+\.[0-9a-f-]{36})\.json(\.[0-9a-f-]{36}\.tmp)?$/;

/** The last snapshot of the read models, on disk. Saving it again writes only the pages whose rows have changed. */
export class SnapshotFolder {
  #saved: readonly SavedPage[] = [];

  constructor(private readonly path: string) {}

  /**
   * The manifest of the snapshot; undefined if there is none.
   * @throws HeycatError NOT_READY if it is damaged.
   */
  async manifest(): Promise<Manifest | undefined> {
    const text = await readPrivateFile(join(this.path, MANIFEST));
    return text === undefined ? undefined : decodeManifest(text);
  }

  /** The pages of the snapshot by projection, none of them read yet. */
  open({ pages }: Manifest): Map<string, readonly SavedPage[]> {
    this.#saved = pages.map((entry) => new SavedPage(this.path, entry));
    const byProjection = new Map<string, SavedPage[]>();
    for (const page of this.#saved) {
      const pagesOfOne = byProjection.get(page.entry.projection);
      if (pagesOfOne === undefined) byProjection.set(page.entry.projection, [page]);
      else pagesOfOne.push(page);
    }
    return byProjection;
  }

  /** Replaces the snapshot, in small steps; if that fails, the previous one is still there. */
  async save(key: string, { epoch, seq, contents }: CapturedModels): Promise<void> {
    await ensurePrivateFolder(this.path);
    try {
      const saved: SavedPage[] = [];
      for (const [projection, content] of Object.entries(contents)) {
        for (const [page, rows] of pagesOf(content)) saved.push(await this.#page(projection, page, rows));
      }
      const pages = saved.map(({ entry }) => entry);
      // Every page is durable by now, so that the manifest lists nothing that a power failure could remove.
      await writePrivateFile(join(this.path, MANIFEST), encodeManifest({ key, epoch, seq, pages }));
      this.#saved = saved;
    } finally {
      await this.#removeUnnamed([MANIFEST]);
    }
  }

  /** Removes the snapshot, and the leftovers of a crash while saving. */
  async clear(): Promise<void> {
    this.#saved = [];
    await this.#removeUnnamed([]);
  }

  async #page(projection: string, page: number, rows: readonly unknown[]): Promise<SavedPage> {
    const same = this.#saved.find(({ entry }) => entry.projection === projection && entry.page === page);
    if (same?.holds(rows)) return same;
    await nextTurn();
    const content = Buffer.from(JSON.stringify(rows));
    const file = `${projection}-${page}.${randomUUID()}.json`;
    await writePrivateFile(join(this.path, file), content);
    const { length: count } = rows;
    const entry = { projection, page, count, file, bytes: content.length, crc: crc32(content) };
    return new SavedPage(this.path, entry, rows);
  }

  async #removeUnnamed(kept: readonly string[]): Promise<void> {
    const named = new Set([...kept, ...this.#saved.map(({ entry }) => entry.file)]);
    const files = await readdir(this.path).catch(() => []);
    const unnamed = files.filter((file) => OURS.test(file) && !named.has(file));
    await Promise.all(unnamed.map((file) => rm(join(this.path, file), { force: true })));
  }
}
