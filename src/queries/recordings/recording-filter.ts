import type { RecordingRow, RecordingStatus } from '../../events/rows.ts';
import { instantOf } from '../../fields/fields.ts';

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
  // Text comparison is right because created_at always has the form of instantOf().
  const [earliest, end] = [from, to].map((time) => (time ? instantOf(time) : undefined));
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
