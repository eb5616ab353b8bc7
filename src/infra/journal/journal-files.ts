import { exists } from '../process/files/private-file.ts';
import { readSegments, type Segment, type SegmentPlace } from '../process/files/segment-log.ts';
import { readRecords, type JournalContent } from './journal-record.ts';

/** Holds a byte that no UTF-8 text has, so that no text looks like the beginning of a group. */
const MAGIC = 0xff4a4331;

export function placeIn(folder: string): SegmentPlace {
  return { folder, name: 'commands', magic: MAGIC };
}

/** Adds it to the content. False when the file is not whole: something in it could not be read. */
export function readSegment({ groups, state }: Segment, content: JournalContent): boolean {
  let isWhole = state !== 'damaged';
  for (const group of groups) {
    try {
      readRecords(group, content);
    } catch {
      isWhole = false;
    }
  }
  return isWhole;
}

/** What a folder holds that no service runs on; changes nothing. */
export async function readContent(folder: string): Promise<{ content: JournalContent; isWhole: boolean }> {
  const content: JournalContent = { entries: new Map(), next: 1 };
  const segments = (await exists(folder)) ? await readSegments(placeIn(folder)) : [];
  const isWhole = segments.map((segment) => readSegment(segment, content)).every((whole) => whole);
  return { content, isWhole };
}
