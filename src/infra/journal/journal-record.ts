import { HeycatError } from '../../errors.ts';

/** A journalled command, one line of JSON; its arguments stay text until it is sent. */
export interface JournalEntry {
  /** Determines the order of the commands; grows for ever, with gaps. */
  readonly position: number;
  readonly command_id: string;
  readonly reducer: string;
  readonly issued_at: string;
  /** The last seq known when the command arrived, or -1: its receipt has a greater one. */
  readonly since: number;
  /** The line as it is written; a string, since one buffer per entry would cost more than the entire write. */
  readonly line: string;
  /** Length of the line on disk. */
  readonly bytes: number;
  /** Set once the engine has acknowledged it. */
  applied?: AppliedOutcome;
  /** Set once the engine can no longer lose it, so that it is kept only for a backup. */
  settled?: true;
  /** Set if it is a dead letter. */
  failed?: FailedOutcome;
}

export interface AppliedOutcome {
  /** The seq of its first event; greater than `seq` if it changed nothing. */
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

/** A command before it has a position. */
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
  /** All records before it are obsolete; positions continue from here. */
  | { begin: number }
  | PutRecord
  | { applied: AppliedRow[] }
  /** The form that earlier versions wrote. */
  | ({ applied: number } & AppliedOutcome)
  | { settled: number[] }
  | ({ failed: number } & FailedOutcome)
  /** Removed entries. */
  | { gone: number[] | number };

/** The position, and the values of {@link AppliedOutcome}. */
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
  // The arguments come last, so that a person who looks at the file can read the rest.
  const line = encodeRecord({ put: position, command_id, reducer, issued_at, since, args });
  return { position, command_id, reducer, issued_at, since, line, bytes: Buffer.byteLength(line) };
}

/** The record of an applied entry. */
export function appliedRow({ position, applied }: JournalEntry): AppliedRow {
  const { first_seq, seq, created_at, result } = applied!;
  return [position, first_seq, seq, created_at, result];
}

export function positionsOf(entries: readonly JournalEntry[]): number[] {
  return entries.map(({ position }) => position);
}

/** The original arguments of an entry. */
export function argsOf({ line }: JournalEntry): Record<string, unknown> {
  return (JSON.parse(line) as PutRecord).args;
}

/** True if both commands have the same reducer and arguments, and therefore the same effect. */
export function isSame(
  one: Pick<NewEntry, 'reducer' | 'args'>,
  reducer: string,
  args: NewEntry['args'],
): boolean {
  return one.reducer === reducer && JSON.stringify(one.args) === JSON.stringify(args);
}

/** The content of a journal. */
export interface JournalContent {
  entries: Map<number, JournalEntry>;
  /** The next command's position. */
  next: number;
}

/** Applies the records of one group. @throws HeycatError UNSUPPORTED_SCHEMA for a record of a newer version. */
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
