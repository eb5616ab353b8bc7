import { HeycatError } from '../../errors.ts';

/** A command as it is kept, one line of JSON; its arguments stay text until it is sent. */
export interface JournalEntry {
  /** Order of the commands; grows for ever, with gaps. */
  readonly position: number;
  readonly command_id: string;
  readonly reducer: string;
  readonly issued_at: string;
  /** Seq that the service knew when the command came, -1 when it knew none: its receipt lies behind. */
  readonly since: number;
  /** The line as it is written; text, since one buffer for each costs more than the whole write. */
  readonly line: string;
  /** Length of the line on disk. */
  readonly bytes: number;
  /** Set once the engine has acknowledged it. */
  applied?: AppliedOutcome;
  /** Set once the engine cannot lose it any more, so that it is kept for a backup's sake only. */
  settled?: true;
  /** Set once it has been given up. */
  failed?: FailedOutcome;
}

export interface AppliedOutcome {
  /** Of its first event; behind `seq` when it changed nothing. */
  first_seq: number;
  seq: number;
  result: Record<string, unknown>;
  created_at: string;
}

export interface FailedOutcome {
  code: string;
  message: string;
  failed_at: string;
}

/** What a command is before it has its place. */
export interface NewEntry {
  command_id: string;
  reducer: string;
  args: Record<string, unknown>;
  issued_at: string;
  since: number;
}

interface PutRecord extends NewEntry {
  put: number;
}

type JournalRecord =
  /** All before it is out of date; positions go on from here. */
  | { begin: number }
  | PutRecord
  | { applied: AppliedRow[] }
  /** As earlier versions wrote it. */
  | ({ applied: number } & AppliedOutcome)
  | { settled: number[] }
  | ({ failed: number } & FailedOutcome)
  /** Nothing needs to be known of it any more. */
  | { gone: number[] | number };

/** Position, and what is in {@link AppliedOutcome}. */
type AppliedRow = [
  position: number,
  first_seq: number,
  seq: number,
  created_at: string,
  result: Record<string, unknown>,
];

const NEWLINE = 10;

export function encodeRecord(record: JournalRecord): string {
  return `${JSON.stringify(record)}\n`;
}

export function newEntry(position: number, entry: NewEntry): JournalEntry {
  const { command_id, reducer, issued_at, since, args } = entry;
  // The arguments last, so that the rest can be read by a person who looks at the file.
  const line = encodeRecord({ put: position, command_id, reducer, issued_at, since, args });
  return { position, command_id, reducer, issued_at, since, line, bytes: Buffer.byteLength(line) };
}

/** How an entry that was applied is written. */
export function appliedRow({ position, applied }: JournalEntry): AppliedRow {
  const { first_seq, seq, created_at, result } = applied!;
  return [position, first_seq, seq, created_at, result];
}

export function positionsOf(entries: readonly JournalEntry[]): number[] {
  return entries.map(({ position }) => position);
}

/** The arguments of an entry, as they were given. */
export function argsOf({ line }: JournalEntry): Record<string, unknown> {
  return (JSON.parse(line) as PutRecord).args;
}

/** The same command for the same purpose: it would have the same effect. */
export function isSame(
  one: Pick<NewEntry, 'reducer' | 'args'>,
  reducer: string,
  args: NewEntry['args'],
): boolean {
  return one.reducer === reducer && JSON.stringify(one.args) === JSON.stringify(args);
}

/** What is in a journal. */
export interface JournalContent {
  entries: Map<number, JournalEntry>;
  /** The next command's position. */
  next: number;
}

/** Carries out the records of one group. @throws HeycatError UNSUPPORTED_SCHEMA for a record of a newer version. */
export function readRecords(group: Buffer, content: JournalContent): void {
  for (let at = 0; at < group.length;) {
    const end = group.indexOf(NEWLINE, at) + 1;
    if (end === 0) throw unknownRecord();
    carryOut(group.toString('utf8', at, end), content);
    at = end;
  }
}

function carryOut(line: string, content: JournalContent): void {
  const record = JSON.parse(line) as JournalRecord;
  const { entries } = content;
  if ('put' in record) {
    const { put, command_id, reducer, issued_at, since } = record;
    const bytes = Buffer.byteLength(line);
    entries.set(put, { position: put, command_id, reducer, issued_at, since, line, bytes });
    content.next = Math.max(content.next, put + 1);
  } else if ('applied' in record) {
    for (const [position, first_seq, seq, created_at, result] of appliedRows(record)) {
      const entry = entries.get(position);
      if (entry !== undefined) setOutcome(entry, { applied: { first_seq, seq, created_at, result } });
    }
  } else if ('settled' in record) {
    for (const position of record.settled) setSettled(entries.get(position));
  } else if ('failed' in record) {
    const { failed, ...outcome } = record;
    const entry = entries.get(failed);
    if (entry !== undefined) setOutcome(entry, { failed: outcome });
  } else if ('gone' in record) for (const position of [record.gone].flat()) entries.delete(position);
  else if ('begin' in record) {
    entries.clear();
    content.next = Math.max(content.next, record.begin);
  } else throw unknownRecord();
}

function appliedRows(record: Extract<JournalRecord, { applied: unknown }>): AppliedRow[] {
  if (!('first_seq' in record)) return record.applied;
  const { applied, first_seq, seq, created_at, result } = record;
  return [[applied, first_seq, seq, created_at, result]];
}

/** An entry has one outcome, the last one. */
export function setOutcome(entry: JournalEntry, outcome: Pick<JournalEntry, 'applied' | 'failed'>): void {
  delete entry.applied;
  delete entry.settled;
  delete entry.failed;
  Object.assign(entry, outcome);
}

export function setSettled(entry: JournalEntry | undefined): void {
  if (entry?.applied !== undefined) entry.settled = true;
}

function unknownRecord(): HeycatError {
  return new HeycatError('UNSUPPORTED_SCHEMA', 'The journal holds a record that this version does not know.');
}
