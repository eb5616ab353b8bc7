import { setImmediate as nextTurn } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Area } from '../../events/areas.ts';
import type { ChangeFeedListener, KnownRows } from '../../events/change-feed.ts';
import type { AreaRows } from '../../events/rows.ts';
import type { ReadModels } from '../../projections/read-models.ts';
import type { Snapshot } from '../../projections/snapshot.ts';
import { deferred } from '../process/waiting.ts';
import { cacheKey, type CacheOwner } from './cache-key.ts';
import type { SavedPage } from './saved-page.ts';
import { SnapshotFolder } from './snapshot-folder.ts';

export interface ProjectionCacheOptions {
  /** Created if missing. */
  folder: string;
  models: ReadModels;
  owner: () => Promise<CacheOwner>;
  /** How often changes are saved, in ms. */
  everyMs?: number;
}

/** Delay before a new history is saved: a damaged engine can be rebuilt only if it is known which history it had. */
const NEW_HISTORY_MS = 500;

type Position = Pick<Snapshot, 'epoch' | 'seq'>;

/** The read models without a snapshot. */
const NOTHING: Snapshot = { epoch: '', seq: 0, contents: {}, loaded: Promise.resolve() };

export interface RestoredModels extends Position {
  /** All rows of the snapshot, for the connection to compare with; undefined if it turns out to be damaged. */
  known: () => Promise<KnownRows | undefined>;
}

/**
 * Keeps the read models on disk, so that the next start can answer before the engine is connected. Its failures never
 * reach the service: a snapshot that is damaged, or of another version or user, is discarded.
 */
export class ProjectionCache implements ChangeFeedListener {
  readonly #log = new Logger('ProjectionCache');
  readonly #options: ProjectionCacheOptions & { everyMs: number };
  readonly #folder: SnapshotFolder;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();
  /** The position of the snapshot on disk. */
  #saved: Position = NOTHING;
  #hasFailed = false;
  #isClosed = false;

  constructor({ everyMs = 60_000, ...options }: ProjectionCacheOptions) {
    this.#options = { ...options, everyMs };
    this.#folder = new SnapshotFolder(options.folder);
  }

  /**
   * Loads the last snapshot, if there is one, into the read models. Only its newest pages are read now, so that the time
   * does not depend on the number of rows. Never rejects.
   */
  async restore(): Promise<RestoredModels | undefined> {
    const { models } = this.#options;
    try {
      const manifest = await this.#folder.manifest();
      if (manifest === undefined) return undefined;
      if (manifest.key !== (await this.#key())) {
        await this.#discard('it is of another version, engine or user.');
        return undefined;
      }
      const { epoch, seq } = manifest;
      const pages = this.#folder.open(manifest);
      await Promise.all([...pages.values()].flatMap((ofOne) => ofOne.at(-1)?.load() ?? []));
      const read = deferred<void>();
      models.restore({ epoch, seq, contents: Object.fromEntries(pages), loaded: read.promise });
      this.#saved = { epoch, seq };
      return { epoch, seq, known: () => this.#known({ epoch, seq }, pages).finally(read.resolve) };
    } catch (cause) {
      await this.#discard(sentence(cause));
      return undefined;
    }
  }

  /** Reads the pages that have not been needed yet, newest first, each in its own turn of the event loop. */
  async #known(
    at: Position,
    pages: ReadonlyMap<string, readonly SavedPage[]>,
  ): Promise<KnownRows | undefined> {
    try {
      for (const page of [...pages.values()].flatMap((ofOne) => ofOne.toReversed())) {
        await page.load();
        await nextTurn();
      }
    } catch (cause) {
      this.#options.models.restore(NOTHING);
      this.#saved = NOTHING;
      await this.#discard(sentence(cause));
      return undefined;
    }
    const rows = <A extends Area>(area: A) =>
      (pages.get(area) ?? []).flatMap((page) => page.rows()) as AreaRows[A][];
    return { ...at, rows };
  }

  async #discard(why: string): Promise<void> {
    this.#log.warn(`The cache was discarded: ${why}`);
    await this.#folder.clear().catch(() => undefined);
  }

  /** The baseline has been applied to the read models. */
  onConnected(): void {
    if (this.#options.models.epoch !== this.#saved.epoch) this.#saveIn(NEW_HISTORY_MS);
    else if (this.#timer === undefined) this.#saveIn(this.#options.everyMs);
  }

  /** Saves the changes since the last snapshot. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#save();
  }

  #saveIn(ms: number): void {
    clearTimeout(this.#timer);
    const save = () => void this.#save().then(() => this.#isClosed || this.#saveIn(this.#options.everyMs));
    this.#timer = setTimeout(save, ms).unref();
  }

  #save(): Promise<void> {
    return (this.#saving = this.#saving.then(() => this.#saveNow()));
  }

  async #saveNow(): Promise<void> {
    const { models } = this.#options;
    if (models.epoch === this.#saved.epoch && models.seq === this.#saved.seq) return;
    try {
      const captured = models.capture();
      if (captured === undefined) return;
      await this.#folder.save(await this.#key(), captured);
      this.#saved = { epoch: captured.epoch, seq: captured.seq };
      this.#hasFailed = false;
    } catch (cause) {
      if (!this.#hasFailed) this.#log.warn(`The cache could not be written: ${sentence(cause)}`);
      this.#hasFailed = true;
    }
  }

  async #key(): Promise<string> {
    const { owner, models } = this.#options;
    return cacheKey(await owner(), models.describe());
  }
}

/** Only messages of ours and of the file system: any other might quote dictated text. */
function sentence(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause;
  return 'code' in cause ? cause.message : cause.name;
}
