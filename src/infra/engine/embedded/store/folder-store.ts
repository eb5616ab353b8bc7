import { HeycatError } from '../../../../errors.ts';
import { layered, type Entry, type Readable, type Store, type Stored, type Writes } from './key-value.ts';
import { LmdbFile } from './lmdb-file.ts';
import { OrderedMap } from './ordered-map.ts';
import { WriteAheadLog, type Group } from './write-ahead-log.ts';

/** From this size on the log is carried over into the LMDB file. */
const CHECKPOINT_BYTES = 4 * 1024 * 1024;
/** A log of this size waits for the file to catch up: it is kept in memory, and read when opening. */
const LONGEST_LOG = 12 * 1024 * 1024;
/** A log below this size is left for the next opening to read. */
const CLOSING_BYTES = 1024 * 1024;

interface Waiter {
  resolve: () => void;
  reject: (error: HeycatError) => void;
}

/**
 * Rows in a folder. A commit is visible at once and goes to the write-ahead log with all others of the moment, one
 * sync for all of them; now and then what the log holds moves into the LMDB file, which is what opening reads from.
 */
export class FolderStore implements Store {
  /** Not yet on their way to the log. */
  private unwritten: Group = new Map();
  /** In the log, or on the way. */
  private recent: Writes = new OrderedMap();
  /** On the way from the log into the file. */
  private moving: Writes = new OrderedMap();
  private view: Readable;
  private waiters: Waiter[] = [];
  private writing = false;
  private checkpoint: Promise<void> | undefined;
  private failure: HeycatError | undefined;
  private log!: WriteAheadLog;

  private constructor(private readonly file: LmdbFile) {
    this.view = this.layers();
  }

  /** @throws HeycatError ENGINE_UNAVAILABLE when the folder is damaged. */
  static async open(folder: string): Promise<FolderStore> {
    const file = await LmdbFile.open(folder);
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
    if (!this.writing) this.startWriting(setImmediate);
  }

  durable(): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    if (!this.writing && this.unwritten.size === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.waiters.push({ resolve, reject });
      this.startWriting(queueMicrotask);
    });
  }

  async close(): Promise<void> {
    await this.durable().catch(() => {});
    await this.checkpoint;
    if (this.failure === undefined && this.log.length > CLOSING_BYTES) {
      this.startNewLayer();
      this.startCheckpoint(await this.log.rotate());
      await this.checkpoint;
    }
    await this.log.close();
    await this.file.close();
    this.failure ??= new HeycatError('ENGINE_UNAVAILABLE', 'The engine is closed.');
  }

  private layers(): Readable {
    return layered(this.recent, layered(this.moving, this.file));
  }

  private startWriting(when: (run: () => void) => void): void {
    when(() => {
      if (this.writing || (this.unwritten.size === 0 && this.waiters.length === 0)) return;
      this.writing = true;
      void this.write();
    });
  }

  /** Writes groups until nothing is left; never throws. */
  private async write(): Promise<void> {
    try {
      while (this.unwritten.size > 0 || this.waiters.length > 0) {
        const group = this.unwritten;
        const waiters = this.waiters;
        this.unwritten = new Map();
        this.waiters = [];
        const full = this.log.length > CHECKPOINT_BYTES && this.checkpoint === undefined;
        if (full) this.startNewLayer();
        try {
          if (group.size > 0) await this.log.append(group);
          if (full) this.startCheckpoint(await this.log.rotate());
          else if (this.log.length > LONGEST_LOG) await this.checkpoint;
        } catch (cause) {
          this.fail(cause);
          for (const { reject } of waiters) reject(this.failure!);
          return;
        }
        for (const { resolve } of waiters) resolve();
      }
    } finally {
      this.writing = false;
    }
  }

  /** Only what is in the log's file once the group of this moment is may move: the file must not run ahead of it. */
  private startNewLayer(): void {
    this.moving = this.recent;
    this.recent = new OrderedMap();
    this.view = this.layers();
  }

  private startCheckpoint(applied: number): void {
    this.checkpoint = this.move(applied).catch((cause: unknown) => this.fail(cause));
  }

  private async move(applied: number): Promise<void> {
    await this.file.apply(this.moving.entries(), applied);
    this.moving = new OrderedMap();
    this.view = this.layers();
    await this.log.forget(applied);
    this.checkpoint = undefined;
  }

  private fail(cause: unknown): void {
    this.failure ??= new HeycatError(
      'ENGINE_UNAVAILABLE',
      'The disk refuses the database; make room or repair it, then restart the service.',
      {},
      { cause },
    );
    for (const { reject } of this.waiters) reject(this.failure);
    this.waiters = [];
  }
}
