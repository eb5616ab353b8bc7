import { HeycatError } from '../../errors.ts';
import type { RecordingRow, RecordingStatus } from '../../events/rows.ts';

export interface RecordingFilter {
  search?: string | null | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
  status?: RecordingStatus | null | undefined;
}

type Matches = (row: RecordingRow) => boolean;

/** @returns undefined when every recording matches. */
export function recordingFilter({ search, from, to, status }: RecordingFilter): Matches | undefined {
  const tests: Matches[] = [];
  // Text comparison is right because created_at always has the form of instant().
  const [earliest, end] = [instant('from', from), instant('to', to)];
  if (earliest !== undefined) tests.push((row) => row.created_at >= earliest);
  if (end !== undefined) tests.push((row) => row.created_at < end);
  if (status) tests.push((row) => row.status === status);
  const needle = search?.trim().toLowerCase();
  if (needle) tests.push((row) => mentions(row, needle));
  return tests.length === 0 ? undefined : (row) => tests.every((test) => test(row));
}

function mentions(row: RecordingRow, needle: string): boolean {
  return (
    contains(row.transcription, needle) ||
    contains(row.file_path.slice(fileNameStart(row.file_path)), needle) ||
    contains(row.active_window_title, needle) ||
    contains(row.active_window_app, needle)
  );
}

function contains(text: string | null, needle: string): boolean {
  return text !== null && text.toLowerCase().includes(needle);
}

/** Paths of either kind occur: a database may have been made on another system. */
function fileNameStart(path: string): number {
  return Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1;
}

/** The time in the form of created_at; one without a zone is UTC. */
function instant(field: 'from' | 'to', text: string | null | undefined): string | undefined {
  if (text === undefined || text === null) return undefined;
  const zoned = /T.*(Z|[+-]\d\d:\d\d)$/.test(text) || !text.includes('T') ? text : `${text}Z`;
  const time = new Date(zoned);
  const iso = Number.isNaN(time.getTime()) ? '' : time.toISOString();
  if (/^\d{4}-/.test(iso)) return iso;
  throw new HeycatError('INVALID_ARGUMENT', `${field} is not a time that exists.`, { field });
}
