import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HeycatError } from '../../errors.ts';
import { deferred, type Deferred } from '../process/waiting.ts';
import { ensurePrivateFolder } from '../process/files/private-file.ts';
import { syncFolder } from '../process/files/sync-folder.ts';
import { BODY, newGroup, readSegments, SegmentLog, type Segment } from '../process/files/segment-log.ts';
import { placeIn, readContent, readSegment } from './journal-files.ts';
import {
  encodeRecord,
  newEntry,
  setOutcome,
  setSettled,
  type AppliedOutcome,
  type FailedOutcome,
  type JournalContent,
  type JournalEntry,
  type NewEntry,
} from './journal-record.ts';
import { outcomeLines, Unwritten } from './unwritten.ts';

export interface JournalOptions {
  /** The limit for commands that are not applied; default 10,000. */
  maxCommands?: number;
  /** The limit for the bytes of their lines; default 64 MiB. */
  maxBytes?: number;
  /** A smaller file is never compacted; default 1 MiB. */
  minFileBytes?: number;
}

/** The faults found when the journal was opened; each a sentence. */
export type JournalFaults = string[];

/** A pending write. */
interface Waiting {
  /** Its commands, which are removed again if it fails. */
  entries: JournalEntry[];
  written: Deferred<void>;
}

/**
 * The write-ahead log of commands: those that wait, those that were applied and may still be lost, and dead letters.
 * Everything that arrives while the disk writes shares the next write (group commit). One file holds it all; when most of
 * it is obsolete, it is compacted into a new one.
 */
export class CommandJournal {
  /** Set by the owner: resolves when the next group commit should begin, so that more commands share it. */
  groupComplete: () => Promise<void> = () => Promise.resolve();
  readonly #entries: Map<number, JournalEntry>;
  readonly #limits: Required<JournalOptions>;
  #next: number;
  #liveBytes = 0;
  /** The commands that are not applied. */
  #open = { count: 0, bytes: 0 };
  #dead = 0;
  /** Records that are not being written yet. */
  readonly #unwritten = new Unwritten();
  #waiting: Waiting | undefined;
  #writing: Promise<void> | undefined;
  #closed = false;

  /** @param isComplete false if a part of the folder's content could not be read. */
  private constructor(
    private readonly log: SegmentLog,
    content: JournalContent,
    limits: JournalOptions,
    readonly isComplete: boolean,
  ) {
    this.#entries = new Map([...content.entries].sort(([a], [b]) => a - b));
    this.#next = content.next;
    this.#limits = { maxCommands: 10_000, maxBytes: 64 * 1024 * 1024, minFileBytes: 1024 * 1024, ...limits };
    for (const entry of this.#entries.values()) this.#count(entry, 1);
  }

  /**
   * Reads the folder, which is created if missing. A group that a crash truncated is cut off, a damaged file is moved aside.
   * @throws HeycatError NOT_AUTHORIZED if the folder is open to others.
   */
  static async open(
    folder: string,
    limits: JournalOptions = {},
  ): Promise<{ journal: CommandJournal; faults: JournalFaults }> {
    await ensurePrivateFolder(folder);
    const place = placeIn(folder);
    const segments = await readSegments(place);
    const content: JournalContent = { entries: new Map(), next: 1 };
    const damaged = segments.filter((segment) => !readSegment(segment, content));
    const faults = [
      ...segments.filter(({ state }) => state === 'torn').map(({ path }) => `${path} was cut off by a crash`),
      ...damaged.map(({ path }) => `${path} is damaged and was moved aside; commands in it may be missing`),
    ];
    const log = await SegmentLog.continue(place, segments);
    const journal = new CommandJournal(log, content, limits, damaged.length === 0);
    // A full disk must not keep the service from starting: the old files stay until there is space.
    if (segments.length > 0) await journal.#compact(damaged).catch(() => undefined);
    return { journal, faults };
  }

  /**
   * Reads the journal of a folder on which no service is running; changes nothing.
   * @returns the entries in order of position; undefined if something could not be read.
   */
  static async read(folder: string): Promise<JournalEntry[] | undefined> {
    const { content, isComplete } = await readContent(folder);
    return isComplete ? [...content.entries.values()].sort((a, b) => a.position - b.position) : undefined;
  }

  /** All entries, in order of position. */
  entries(): IterableIterator<JournalEntry> {
    return this.#entries.values();
  }

  /** The number of waiting commands, and of dead letters. */
  get counts(): { pending: number; dead: number } {
    return { pending: this.#open.count - this.#dead, dead: this.#dead };
  }

  /** The next command's position. */
  get next(): number {
    return this.#next;
  }

  /**
   * Adds a command; `durable` resolves when it would survive a crash.
   * @throws HeycatError QUEUE_FULL if too much is waiting; `durable` rejects with it if the disk fails, and then nothing
   * remains of the command.
   */
  append(command: NewEntry): { entry: JournalEntry; durable: Promise<void> } {
    const entry = newEntry(this.#next, command);
    this.#assertRoom(entry.bytes);
    this.#next += 1;
    this.#entries.set(entry.position, entry);
    this.#count(entry, 1);
    return { entry, durable: this.#write(entry.line, entry) };
  }

  /** Records that it was applied, on disk with one of the next writes: the engine's receipts record it as well. */
  applied(entry: JournalEntry, outcome: AppliedOutcome): void {
    this.#count(entry, -1);
    setOutcome(entry, { applied: outcome });
    this.#count(entry, 1);
    this.#unwritten.applied(entry);
  }

  /** Records that the engine can no longer lose these, on disk with one of the next writes. */
  settled(entries: readonly JournalEntry[]): void {
    entries.forEach(setSettled);
    this.#unwritten.settled(entries);
  }

  /** Makes it a dead letter; resolves when that is durable, or when writing fails and is left to a later write. */
  async failed(entry: JournalEntry, outcome: FailedOutcome): Promise<void> {
    this.#count(entry, -1);
    setOutcome(entry, { failed: outcome });
    this.#count(entry, 1);
    const written = this.#write(encodeRecord({ failed: entry.position, ...outcome }));
    await written.catch(() => undefined);
  }

  /** Removes it; durable as {@link failed}. */
  async remove(entry: JournalEntry): Promise<void> {
    this.forget(entry);
    await this.#write().catch(() => undefined);
  }

  /** Removes it, on disk with one of the next writes. */
  forget(entry: JournalEntry): void {
    this.#takeOut(entry);
    this.#unwritten.gone(entry);
  }

  /** Writes all pending records. */
  async flush(): Promise<void> {
    if (!this.#unwritten.isEmpty) await this.#write().catch(() => undefined);
    await this.#writing;
  }

  async close(): Promise<void> {
    await this.flush();
    this.#closed = true;
    await this.log.close();
  }

  #write(line?: string, entry?: JournalEntry): Promise<void> {
    if (this.#closed)
      return Promise.reject(
        new HeycatError('NOT_READY', 'The service has ended; send the command again when it is running.'),
      );
    if (line !== undefined) this.#unwritten.line(line);
    this.#waiting ??= { entries: [], written: deferred() };
    if (entry !== undefined) this.#waiting.entries.push(entry);
    // Deferred, so that all records of one turn of the event loop are one write.
    this.#writing ??= Promise.resolve().then(() => this.#writeAll());
    return this.#waiting.written.promise;
  }

  /** Writes groups until nothing is waiting; never throws. */
  async #writeAll(): Promise<void> {
    for (let waiting; (waiting = this.#waiting) !== undefined;) {
      await this.groupComplete();
      this.#waiting = undefined;
      const lines = this.#unwritten.take();
      try {
        await this.log.append(groupOf(lines));
        waiting.written.resolve();
        const isMostlyOld = this.log.length > Math.max(this.#limits.minFileBytes, 2 * this.#liveBytes);
        // Without space for it the files stay as they are, and compacting is tried again later.
        if (isMostlyOld) await this.#compact([]).catch(() => undefined);
      } catch (cause) {
        this.#putBack(lines, waiting.entries);
        waiting.written.reject(diskRefuses(cause));
      }
    }
    this.#writing = undefined;
  }

  /** The commands of a failed write count as never accepted; its other records come with a later write. */
  #putBack(lines: string[], entries: readonly JournalEntry[]): void {
    const refused = new Set(entries.map(({ line }) => line));
    for (const entry of entries) this.#takeOut(entry);
    this.#unwritten.putBack(lines.filter((line) => !refused.has(line)));
  }

  /** Writes all kept entries to a new file, then deletes the old ones; damaged ones are renamed instead. */
  async #compact(damaged: readonly Segment[]): Promise<void> {
    const last = await this.log.rotate();
    await this.log.append(groupOf([encodeRecord({ begin: this.#next }), ...this.#lines()]));
    for (const { path } of damaged) await rename(path, `${path}.damaged`);
    await this.log.forget(last);
    if (damaged.length > 0) await syncFolder(dirname(damaged[0]!.path));
  }

  *#lines(): Generator<string> {
    const entries = [...this.#entries.values()];
    for (const { position, line, failed } of entries) {
      yield line;
      if (failed !== undefined) yield encodeRecord({ failed: position, ...failed });
    }
    yield* outcomeLines(entries, entries);
  }

  #takeOut(entry: JournalEntry): void {
    if (this.#entries.delete(entry.position)) this.#count(entry, -1);
  }

  #count({ bytes, applied, failed }: JournalEntry, by: 1 | -1): void {
    this.#liveBytes += by * bytes;
    if (applied !== undefined) return;
    this.#open.count += by;
    this.#open.bytes += by * bytes;
    if (failed !== undefined) this.#dead += by;
  }

  #assertRoom(bytes: number): void {
    const { maxCommands, maxBytes } = this.#limits;
    const waitFew = this.#open.count < maxCommands && this.#open.bytes + bytes <= maxBytes;
    // Applied commands that are kept count as well: many large commands could fill the memory.
    if (waitFew && this.#liveBytes + bytes <= 2 * maxBytes) return;
    throw new HeycatError(
      'QUEUE_FULL',
      'Too many commands wait for the engine; send this one again when `heycat status` shows fewer, or retry or drop the dead letters with `heycat queue`.',
      { outcome: 'not_sent', waiting: this.#open.count, max_commands: maxCommands, max_bytes: maxBytes },
    );
  }
}

function groupOf(lines: readonly string[]): Buffer {
  const text = lines.join('');
  const group = newGroup(Buffer.byteLength(text));
  group.write(text, BODY);
  return group;
}

function diskRefuses(cause: unknown): HeycatError {
  const { code = 'an error' } = cause as NodeJS.ErrnoException;
  return new HeycatError(
    'QUEUE_FULL',
    `The command could not be written to disk (${code}), so it was not accepted; free some disk space, then send it again.`,
    { outcome: 'not_sent', reason: code },
    { cause },
  );
}
