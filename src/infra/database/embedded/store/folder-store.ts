import { EngineError } from '../engine-error.ts';
import { layered, type Entry, type Readable, type Store, type Stored, type Writes } from './key-value.ts';
import { LmdbFile } from './lmdb-file.ts';
import { OrderedMap } from './ordered-map.ts';
import { WriteAheadLog, type Group } from './write-ahead-log.ts';

/** From this size on the log is applied to the LMDB file. */
const CHECKPOINT_BYTES = 1024 * 1024;
/** A log of this size waits for the file to catch up: it is kept in memory, and read when opening. */
const LONGEST_LOG = 4 * 1024 * 1024;
/** A log below this size is left for the next opening to read. */
const CLOSING_BYTES = 1024 * 1024;
/** When idle a log above this size moves into the file: what it holds is in memory. */
const IDLE_BYTES = 256 * 1024;

const DONE = Promise.resolve();

/**
 * Rows in a folder. A commit is visible at once; `durable` writes all since the last one to the write-ahead log, with
 * one sync for all of them. Now and then what the log holds moves into the LMDB file, which is what opening reads from.
 */
export class FolderStore implements Store {
  /** Not in the log yet. */
  private unwritten: Group = new Map();
  /** In the log, or about to be. */
  private recent: Writes = new OrderedMap();
  /** On the way from the log into the file. */
  private moving: Writes = new OrderedMap();
  private view: Readable;
  /** While the log continues in a new file. */
  private rotation: Promise<void> | undefined;
  private checkpoint: Promise<void> | undefined;
  private failure: EngineError | undefined;
  private log!: WriteAheadLog;

  private constructor(private readonly file: LmdbFile) {
    this.view = this.layers();
  }

  /** @throws EngineError ENGINE_UNAVAILABLE when the folder is damaged, and so does every reading. */
  static async open(folder: string, isSealed: boolean): Promise<FolderStore> {
    const file = await LmdbFile.open(folder, isSealed);
    try {
      const store = new FolderStore(file);
      store.log = await WriteAheadLog.open(folder, file.applied, (group) => {
        for (const [key, value] of group) store.recent.set(key, value);
      });
      return store;
    } catch (thrown) {
      await file.close();
      throw thrown;
    }
  }

  get(key: string): Stored | undefined {
    let value = this.recent.get(key);
    if (value === undefined && this.moving.size > 0) value = this.moving.get(key);
    return value === undefined ? this.file.get(key) : (value ?? undefined);
  }

  range(start: string, end: string | undefined): Iterable<Entry> {
    return this.view.range(start, end);
  }

  commit(writes: Writes): void {
    if (this.failure !== undefined) throw this.failure;
    for (const [key, value] of writes.entries()) {
      this.recent.set(key, value);
      this.unwritten.set(key, value);
    }
  }

  /** Writes and syncs before it returns: on its own thread that takes half the time of a way through the thread pool. */
  durable(): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    if (this.unwritten.size === 0) return DONE;
    const pause = this.rotation ?? (this.log.length > LONGEST_LOG ? this.checkpoint : undefined);
    if (pause !== undefined) return pause.then(() => this.durable());
    try {
      this.log.append(this.unwritten);
    } catch (cause) {
      return Promise.reject(this.fail(cause));
    }
    this.unwritten = new Map();
    if (this.log.length > CHECKPOINT_BYTES && this.checkpoint === undefined) this.startCheckpoint();
    return DONE;
  }

  async rest(): Promise<void> {
    // What is not in the log yet must not be in the file before.
    if (this.isMoving || this.failure !== undefined || this.unwritten.size > 0) return;
    if (this.log.length > IDLE_BYTES) {
      this.startCheckpoint();
      await this.rotation;
      await this.checkpoint;
    }
    if (!this.isMoving) this.file.rest();
  }

  async close(): Promise<void> {
    await this.durable().catch(() => {});
    await this.rotation;
    await this.checkpoint;
    if (this.failure === undefined && this.log.length > CLOSING_BYTES) {
      this.startCheckpoint();
      await this.rotation;
      await this.checkpoint;
    }
    await this.log.close();
    await this.file.close();
    this.failure ??= new EngineError('ENGINE_UNAVAILABLE', 'The engine is closed.');
  }

  private get isMoving(): boolean {
    return this.rotation !== undefined || this.checkpoint !== undefined;
  }

  private layers(): Readable {
    return layered(this.recent, layered(this.moving, this.file));
  }

  /** Everything committed is in the log now: its file ends here, and what it holds moves into the LMDB file. */
  private startCheckpoint(): void {
    this.moving = this.recent;
    this.recent = new OrderedMap();
    this.view = this.layers();
    this.rotation = this.rotate();
  }

  private async rotate(): Promise<void> {
    try {
      const applied = await this.log.rotate();
      this.checkpoint = this.move(applied).catch((cause: unknown) => void this.fail(cause));
    } catch (cause) {
      this.fail(cause);
    } finally {
      this.rotation = undefined;
    }
  }

  private async move(applied: number): Promise<void> {
    await this.file.apply(this.moving.entries(), applied);
    this.moving = new OrderedMap();
    this.view = this.layers();
    await this.log.forget(applied);
    this.checkpoint = undefined;
  }

  private fail(cause: unknown): EngineError {
    return (this.failure ??= new EngineError(
      'ENGINE_UNAVAILABLE',
      'The disk refuses the database; make room or repair it, then restart the service.',
      {},
      { cause },
    ));
  }
}
