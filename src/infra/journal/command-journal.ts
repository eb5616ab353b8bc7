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
  /** Of commands that are not applied; default 10,000. */
  maxCommands?: number;
  /** Of their lines; default 64 MiB. */
  maxBytes?: number;
  /** A file smaller than this is never written anew; default 1 MiB. */
  minFileBytes?: number;
}

/** What was found wrong when the journal was opened; each a sentence. */
export type JournalFaults = string[];

/** What waits for the next write. */
interface Waiting {
  /** Their commands, to be taken out again when it fails. */
  entries: JournalEntry[];
  written: Deferred<void>;
}

/**
 * The durable list of commands: those that wait, those that were applied and may be lost yet, and those that were given
 * up. All that come while the disk writes share the next write. One file holds it all; when most of it is out of date,
 * the rest is written to a new one.
 */
export class CommandJournal {
  /** Set by the owner: resolves when the next write should begin, so that more commands share it. */
  groupComplete: () => Promise<void> = () => Promise.resolve();
  readonly #entries: Map<number, JournalEntry>;
  readonly #limits: Required<JournalOptions>;
  #next: number;
  #liveBytes = 0;
  /** Of commands that are not applied. */
  #open = { count: 0, bytes: 0 };
  #dead = 0;
  /** Not yet on their way to the disk. */
  readonly #unwritten = new Unwritten();
  #waiting: Waiting | undefined;
  #writing: Promise<void> | undefined;
  #closed = false;

  /** @param isWhole false when a part of what was in the folder cannot be read. */
  private constructor(
    private readonly log: SegmentLog,
    content: JournalContent,
    limits: JournalOptions,
    readonly isWhole: boolean,
  ) {
    this.#entries = new Map([...content.entries].sort(([a], [b]) => a - b));
    this.#next = content.next;
    this.#limits = { maxCommands: 10_000, maxBytes: 64 * 1024 * 1024, minFileBytes: 1024 * 1024, ...limits };
    for (const entry of this.#entries.values()) this.#count(entry, 1);
  }

  /**
   * Reads the folder, made when missing; what a crash cut off is cut, a damaged file set aside.
   * @throws HeycatError NOT_AUTHORIZED when the folder is open to others.
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
      ...damaged.map(({ path }) => `${path} is damaged and was set aside; commands in it may be missing`),
    ];
    const log = await SegmentLog.continue(place, segments);
    const journal = new CommandJournal(log, content, limits, damaged.length === 0);
    // A full disk must not keep the service from starting: the old files stay until there is room.
    if (segments.length > 0) await journal.#startAnew(damaged).catch(() => undefined);
    return { journal, faults };
  }

  /**
   * What a folder holds that no service runs on; changes nothing.
   * @returns in order of position; undefined when something in it could not be read.
   */
  static async read(folder: string): Promise<JournalEntry[] | undefined> {
    const { content, isWhole } = await readContent(folder);
    return isWhole ? [...content.entries.values()].sort((a, b) => a.position - b.position) : undefined;
  }

  /** In order of position: all that is kept. */
  entries(): IterableIterator<JournalEntry> {
    return this.#entries.values();
  }

  /** How many wait to be applied, and how many were given up. */
  get counts(): { pending: number; dead: number } {
    return { pending: this.#open.count - this.#dead, dead: this.#dead };
  }

  /** The next command's position. */
  get next(): number {
    return this.#next;
  }

  /**
   * Takes a command in; `durable` resolves when it survives a crash.
   * @throws HeycatError QUEUE_FULL when too much waits already; `durable` rejects with it when the disk refuses, and
   * then nothing is left of the command.
   */
  append(command: NewEntry): { entry: JournalEntry; durable: Promise<void> } {
    const entry = newEntry(this.#next, command);
    this.#assertRoom(entry.bytes);
    this.#next += 1;
    this.#entries.set(entry.position, entry);
    this.#count(entry, 1);
    return { entry, durable: this.#write(entry.line, entry) };
  }

  /** Remembers that it was applied, on disk with one of the next writes: the engine's receipts know it as well. */
  applied(entry: JournalEntry, outcome: AppliedOutcome): void {
    this.#count(entry, -1);
    setOutcome(entry, { applied: outcome });
    this.#count(entry, 1);
    this.#unwritten.applied(entry);
  }

  /** Remembers that the engine cannot lose these any more, on disk with one of the next writes. */
  settled(entries: readonly JournalEntry[]): void {
    entries.forEach(setSettled);
    this.#unwritten.settled(entries);
  }

  /** Gives it up; resolves when that is on disk, or cannot be written now and comes with a later write. */
  async failed(entry: JournalEntry, outcome: FailedOutcome): Promise<void> {
    this.#count(entry, -1);
    setOutcome(entry, { failed: outcome });
    this.#count(entry, 1);
    const written = this.#write(encodeRecord({ failed: entry.position, ...outcome }));
    await written.catch(() => undefined);
  }

  /** Takes it out; on disk as {@link failed}. */
  async remove(entry: JournalEntry): Promise<void> {
    this.forget(entry);
    await this.#write().catch(() => undefined);
  }

  /** Takes it out, on disk with one of the next writes. */
  forget(entry: JournalEntry): void {
    this.#takeOut(entry);
    this.#unwritten.gone(entry);
  }

  /** Writes what has not been written. */
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
        new HeycatError('NOT_READY', 'The service has ended; send the command when it runs again.'),
      );
    if (line !== undefined) this.#unwritten.line(line);
    this.#waiting ??= { entries: [], written: deferred() };
    if (entry !== undefined) this.#waiting.entries.push(entry);
    // After this turn, so that what comes in one turn is one write.
    this.#writing ??= Promise.resolve().then(() => this.#writeAll());
    return this.#waiting.written.promise;
  }

  /** Writes groups until nobody waits; never throws. */
  async #writeAll(): Promise<void> {
    for (let waiting; (waiting = this.#waiting) !== undefined;) {
      await this.groupComplete();
      this.#waiting = undefined;
      const lines = this.#unwritten.take();
      try {
        await this.log.append(groupOf(lines));
        waiting.written.resolve();
        const isMostlyOld = this.log.length > Math.max(this.#limits.minFileBytes, 2 * this.#liveBytes);
        // Where there is no room for it the files stay as they are, and it is tried again later.
        if (isMostlyOld) await this.#startAnew([]).catch(() => undefined);
      } catch (cause) {
        this.#putBack(lines, waiting.entries);
        waiting.written.reject(diskRefuses(cause));
      }
    }
    this.#writing = undefined;
  }

  /** The commands of a write that failed were never taken; what else it said comes with a later one. */
  #putBack(lines: string[], entries: readonly JournalEntry[]): void {
    const refused = new Set(entries.map(({ line }) => line));
    for (const entry of entries) this.#takeOut(entry);
    this.#unwritten.putBack(lines.filter((line) => !refused.has(line)));
  }

  /** Writes what is kept to a new file, then lets the old ones go, the damaged ones under another name. */
  async #startAnew(damaged: readonly Segment[]): Promise<void> {
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
    // Applied ones that are kept count for something too: large commands in a row could fill the memory.
    if (waitFew && this.#liveBytes + bytes <= 2 * maxBytes) return;
    throw new HeycatError(
      'QUEUE_FULL',
      'Too many commands wait for the engine; send this one again when `heycat status` shows fewer, or retry or drop the failed ones with `heycat queue`.',
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
    `The disk refuses to keep the command (${code}), so it was not taken; make room, then send it again.`,
    { outcome: 'not_sent', reason: code },
    { cause },
  );
}
