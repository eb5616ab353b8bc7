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
  /** Made when missing. */
  folder: string;
  models: ReadModels;
  owner: () => Promise<CacheOwner>;
  /** How often what has changed is saved, in ms. */
  everyMs?: number;
}

/** Until a history that no snapshot is of is saved: a damaged engine is only rebuilt by who knows which one it had. */
const NEW_HISTORY_MS = 500;

type Position = Pick<Snapshot, 'epoch' | 'seq'>;

/** What the read models were before anything came. */
const NOTHING: Snapshot = { epoch: '', seq: 0, contents: {}, whole: Promise.resolve() };

export interface RestoredModels extends Position {
  /** All that the snapshot holds, for the connection to compare with; undefined when it turned out to be damaged. */
  known: () => Promise<KnownRows | undefined>;
}

/**
 * Keeps the read models on disk, so that the next start answers from there until the engine is up. Nothing that goes
 * wrong with it reaches the service: a snapshot that is not whole and of this version and user is thrown away.
 */
export class ProjectionCache implements ChangeFeedListener {
  readonly #log = new Logger('ProjectionCache');
  readonly #options: ProjectionCacheOptions & { everyMs: number };
  readonly #folder: SnapshotFolder;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();
  /** Where the snapshot on disk stands. */
  #saved: Position = NOTHING;
  #hasFailed = false;
  #isClosed = false;

  constructor({ everyMs = 60_000, ...options }: ProjectionCacheOptions) {
    this.#options = { ...options, everyMs };
    this.#folder = new SnapshotFolder(options.folder);
  }

  /**
   * Brings the last snapshot into the read models, where there is one. Only its newest pages are read now, so that this
   * takes as long with many rows as with few. Never rejects.
   */
  async restore(): Promise<RestoredModels | undefined> {
    const { models } = this.#options;
    try {
      const manifest = await this.#folder.manifest();
      if (manifest === undefined) return undefined;
      if (manifest.key !== (await this.#key())) {
        await this.#throwAway('it is of another version, engine or user.');
        return undefined;
      }
      const { epoch, seq } = manifest;
      const pages = this.#folder.open(manifest);
      await Promise.all([...pages.values()].flatMap((ofOne) => ofOne.at(-1)?.load() ?? []));
      const read = deferred<void>();
      models.restore({ epoch, seq, contents: Object.fromEntries(pages), whole: read.promise });
      this.#saved = { epoch, seq };
      return { epoch, seq, known: () => this.#known({ epoch, seq }, pages).finally(read.resolve) };
    } catch (cause) {
      await this.#throwAway(sentence(cause));
      return undefined;
    }
  }

  /** Reads the pages that nobody has asked for yet, the newest first, each in a turn of the event loop of its own. */
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
      await this.#throwAway(sentence(cause));
      return undefined;
    }
    const rows = <A extends Area>(area: A) =>
      (pages.get(area) ?? []).flatMap((page) => page.rows()) as AreaRows[A][];
    return { ...at, rows };
  }

  async #throwAway(why: string): Promise<void> {
    this.#log.warn(`The cache was thrown away: ${why}`);
    await this.#folder.clear().catch(() => undefined);
  }

  /** The read models have taken the baseline. */
  onConnected(): void {
    if (this.#options.models.epoch !== this.#saved.epoch) this.#saveIn(NEW_HISTORY_MS);
    else if (this.#timer === undefined) this.#saveIn(this.#options.everyMs);
  }

  /** Saves what has changed since the last time. */
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

/** Messages of ours and of the file system; any other might quote dictated text. */
function sentence(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause;
  return 'code' in cause ? cause.message : cause.name;
}
