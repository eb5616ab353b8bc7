import { setImmediate as nextTurn } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Area } from '../../events/areas.ts';
import type { ChangeBatch, ChangeFeedListener, KnownRows } from '../../events/change-feed.ts';
import type { AreaRows } from '../../events/rows.ts';
import type { ReadModels } from '../../projections/read-models.ts';
import type { Snapshot } from '../../projections/snapshot.ts';
import { deferred } from '../process/promises.ts';
import { cacheKey, type CacheOwner } from './cache-key.ts';
import type { SavedPage } from './saved-page.ts';
import { SnapshotFolder } from './snapshot-folder.ts';

export interface ProjectionCacheOptions {
  /** Made when missing. */
  folder: string;
  models: ReadModels;
  owner(): Promise<CacheOwner>;
  /** Between a change and its saving, in ms. */
  delayMs?: number;
}

/** Until a history that no snapshot is of is saved: a damaged engine is only rebuilt by who knows which one it had. */
const NEW_HISTORY_MS = 500;

type Position = Pick<Snapshot, 'epoch' | 'seq'>;

/** What the read models were before anything came. */
const NOTHING: Snapshot = { epoch: '', seq: 0, contents: {}, whole: Promise.resolve() };

export interface RestoredModels extends Position {
  /** All that the snapshot holds, for the connection to compare with; undefined when it turned out to be damaged. */
  known(): Promise<KnownRows | undefined>;
}

/**
 * Keeps the read models on disk, so that the next start answers from there until the engine is up. Nothing that goes
 * wrong with it reaches the service: a snapshot that is not whole and of this version and user is thrown away.
 */
export class ProjectionCache implements ChangeFeedListener {
  readonly #log = new Logger('ProjectionCache');
  readonly #options: ProjectionCacheOptions & { delayMs: number };
  readonly #folder: SnapshotFolder;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();
  /** Where the snapshot on disk stands. */
  #saved: Position = NOTHING;
  #hasChanged = false;
  #hasFailed = false;

  constructor({ delayMs = 60_000, ...options }: ProjectionCacheOptions) {
    this.#options = { ...options, delayMs };
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
      await Promise.all([...pages.values()].map((ofOne) => ofOne.at(-1)?.load()));
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

  onBatch({ epoch, seq, changes }: ChangeBatch): void {
    const isOther = epoch !== this.#saved.epoch;
    this.#hasChanged ||= isOther || seq !== this.#saved.seq || changes.length > 0;
    if (!this.#hasChanged) return;
    const delay = isOther ? NEW_HISTORY_MS : this.#options.delayMs;
    this.#timer ??= setTimeout(() => void this.#save(), delay).unref();
  }

  /** Saves what has changed since the last time. */
  async close(): Promise<void> {
    await this.#save();
  }

  #save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return (this.#saving = this.#saving.then(() => this.#saveNow()));
  }

  async #saveNow(): Promise<void> {
    const captured = this.#hasChanged ? this.#options.models.capture() : undefined;
    if (captured === undefined) return;
    this.#hasChanged = false;
    try {
      await this.#folder.save(await this.#key(), captured);
      this.#saved = { epoch: captured.epoch, seq: captured.seq };
      this.#hasFailed = false;
    } catch (cause) {
      this.#hasChanged = true;
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
