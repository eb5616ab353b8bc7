import { exists } from '../process/files/private-file.ts';
import { readSegments, type Segment, type SegmentPlace } from '../process/files/segment-log.ts';
import { readRecords, type JournalContent } from './journal-record.ts';

/** Contains a byte that never occurs in UTF-8 text, so that no text looks like the start of a group. */
const MAGIC = 0xff4a4331;

export function placeIn(folder: string): SegmentPlace {
  return { folder, name: 'commands', magic: MAGIC };
}

/** Adds a segment to the content. @returns false if something in it could not be read. */
export function readSegment({ groups, state }: Segment, content: JournalContent): boolean {
  let isComplete = state !== 'damaged';
  for (const group of groups) {
    try {
      readRecords(group, content);
    } catch {
      isComplete = false;
    }
  }
  return isComplete;
}

/** Reads a folder on which no service is running; changes nothing. */
export async function readContent(folder: string): Promise<{ content: JournalContent; isComplete: boolean }> {
  const content: JournalContent = { entries: new Map(), next: 1 };
  const segments = (await exists(folder)) ? await readSegments(placeIn(folder)) : [];
  const isComplete = segments.map((segment) => readSegment(segment, content)).every((complete) => complete);
  return { content, isComplete };
}
