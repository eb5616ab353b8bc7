import { close, constants, open, read, stat } from 'node:fs';
import { promisify } from 'node:util';
import type { WavFacts, WavInspector } from '../../commands/recordings/wav-inspector.ts';
import { LIMITS } from '../../commands/limits.ts';
import { HeycatError } from '../../errors.ts';

/** Enough for the chunks that recorders put before the sound; some fill up to the first 4 KiB. */
const HEAD_BYTES = 16 * 1024;
const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const FMT_BYTES = 16;

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
/** Where WAVE_FORMAT_EXTENSIBLE says which of the others it is. */
const SUBFORMAT_OFFSET = 24;

/** What a recorder writes as the size of the sound until it has finished. */
const UNFINISHED = [0, 0xffff_ffff];

// A command waits for these three: file handles would double the time.
const [statOf, openFile, readFile] = [promisify(stat), promisify(open), promisify(read)];

interface Format {
  sample_rate: number;
  block_align: number;
}

interface Chunk {
  id: string;
  start: number;
  size: number;
}

function refuse(sentence: string): HeycatError {
  return new HeycatError('INVALID_ARGUMENT', `file_path: ${sentence}`, { field: 'file_path' });
}

function* chunksOf(head: Buffer): Generator<Chunk> {
  let at = RIFF_HEADER_BYTES;
  while (at + CHUNK_HEADER_BYTES <= head.length) {
    const size = head.readUInt32LE(at + 4);
    const start = at + CHUNK_HEADER_BYTES;
    yield { id: head.toString('latin1', at, at + 4), start, size };
    at = start + size + (size % 2);
  }
}

function formatOf(head: Buffer, { start, size }: Chunk): Format {
  if (size < FMT_BYTES || start + size > head.length) throw refuse('its WAV header is cut off.');
  const declared = head.readUInt16LE(start);
  const isExtensible = declared === EXTENSIBLE && size >= SUBFORMAT_OFFSET + 2;
  const tag = isExtensible ? head.readUInt16LE(start + SUBFORMAT_OFFSET) : declared;
  if (tag !== PCM && tag !== FLOAT) throw refuse('it is a compressed WAV file; PCM and float can be read.');
  const [channels, sample_rate] = [head.readUInt16LE(start + 2), head.readUInt32LE(start + 4)];
  const [block_align, bits] = [head.readUInt16LE(start + 12), head.readUInt16LE(start + 14)];
  const isSound = sample_rate >= 1 && sample_rate <= LIMITS.sample_rate_max && bits > 0;
  if (!isSound || channels === 0 || block_align < channels) throw refuse('its WAV header makes no sense.');
  return { sample_rate, block_align };
}

/**
 * Reads the facts from a file's first bytes.
 * @param head the first bytes, as many as there are up to 16 KiB.
 * @param fileSize in bytes; says how much sound there is where an unfinished header does not.
 * @throws HeycatError INVALID_ARGUMENT with details.field `file_path`.
 */
export function parseWavHeader(head: Buffer, fileSize: number): WavFacts {
  const isWave = head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WAVE';
  if (!isWave) throw refuse('it is not a WAV file.');
  let format: Format | undefined;
  for (const chunk of chunksOf(head)) {
    if (chunk.id === 'fmt ') format = formatOf(head, chunk);
    if (chunk.id !== 'data') continue;
    if (format === undefined) throw refuse('its WAV header does not say what sound it holds.');
    return factsOf(format, chunk, fileSize);
  }
  throw refuse(`no sound begins within its first ${HEAD_BYTES} bytes.`);
}

function factsOf({ sample_rate, block_align }: Format, data: Chunk, fileSize: number): WavFacts {
  const there = fileSize - data.start;
  const bytes = UNFINISHED.includes(data.size) ? there : Math.min(data.size, there);
  const frames = Math.floor(bytes / block_align);
  if (frames < 1) throw refuse('it holds no sound.');
  return { duration_ms: Math.round((frames * 1_000) / sample_rate), sample_rate };
}

/** Reads headers of files on disk; reads regular files only, so that no pipe or device can hold it up. */
export class WavHeaderInspector implements WavInspector {
  async inspect(path: string): Promise<WavFacts> {
    try {
      // Opening a device may already do something, so the look comes first.
      const found = await statOf(path);
      if (!found.isFile()) throw refuse('it is not a file.');
      if (found.size === 0) throw refuse('it is empty.');
      return parseWavHeader(await headOf(path), found.size);
    } catch (error) {
      throw error instanceof HeycatError ? error : unreadable(error);
    }
  }
}

async function headOf(path: string): Promise<Buffer> {
  // Should it have become a pipe meanwhile, this flag keeps it from waiting for a writer.
  const file = await openFile(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const { buffer, bytesRead } = await readFile(file, Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
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
