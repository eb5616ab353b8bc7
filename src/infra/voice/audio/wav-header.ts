import { close, constants, open, read, stat } from 'node:fs';
import { promisify } from 'node:util';
import type { WavFacts, WavInspector } from '../../../commands/recordings/wav-inspector.ts';
import { HeycatError } from '../../../errors.ts';
import { durationMs, framesOf, readWavLayout, WAV_HEAD_BYTES, type WavLayout } from './wav-layout.ts';

// A command waits for these three: file handles would double the time.
const [statOf, openFile, readFile] = [promisify(stat), promisify(open), promisify(read)];

function refuse(sentence: string): HeycatError {
  return new HeycatError('INVALID_ARGUMENT', `file_path: ${sentence}`, { field: 'file_path' });
}

/**
 * Reads the facts from a file's first bytes.
 * @param head the first bytes, as many as there are up to 16 KiB.
 * @param fileSize in bytes; says how much sound there is where an unfinished header does not.
 * @throws HeycatError INVALID_ARGUMENT with details.field `file_path`.
 */
export function parseWavHeader(head: Buffer, fileSize: number): WavFacts {
  const { layout, frames } = soundOf(head, fileSize);
  const { sample_rate } = layout.format;
  return { duration_ms: durationMs(frames, sample_rate), sample_rate };
}

/** Where the sound of a file is, how it is written, and how much there is. */
export interface WavSound {
  layout: WavLayout;
  frames: number;
}

function soundOf(head: Buffer, fileSize: number): WavSound {
  const layout = layoutOf(head);
  const frames = framesOf(layout, fileSize);
  if (frames < 1) throw refuse('it holds no sound.');
  return { layout, frames };
}

function layoutOf(head: Buffer) {
  try {
    return readWavLayout(head);
  } catch (thrown) {
    throw refuse(HeycatError.from(thrown).message);
  }
}

/** Reads headers of files on disk; reads regular files only, so that no pipe or device can hold it up. */
export class WavHeaderInspector implements WavInspector {
  inspect(path: string): Promise<WavFacts> {
    return readHead(path, parseWavHeader);
  }
}

/** @throws HeycatError INVALID_ARGUMENT with details.field `file_path`. */
export function wavSound(path: string): Promise<WavSound> {
  return readHead(path, soundOf);
}

async function readHead<T>(path: string, parse: (head: Buffer, fileSize: number) => T): Promise<T> {
  try {
    // Opening a device may already do something, so the look comes first.
    const found = await statOf(path);
    if (!found.isFile()) throw refuse('it is not a file.');
    if (found.size === 0) throw refuse('it is empty.');
    return parse(await headOf(path), found.size);
  } catch (error) {
    throw error instanceof HeycatError ? error : unreadable(error);
  }
}

async function headOf(path: string): Promise<Buffer> {
  // Should it have become a pipe meanwhile, this flag keeps it from waiting for a writer.
  const file = await openFile(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const { buffer, bytesRead } = await readFile(file, Buffer.alloc(WAV_HEAD_BYTES), 0, WAV_HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    // Nothing was written, so nobody needs to wait for it.
    close(file, () => undefined);
  }
}

function unreadable(error: unknown): HeycatError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
  return refuse(isMissing ? 'there is no such file.' : `it cannot be read (${code}).`);
}
