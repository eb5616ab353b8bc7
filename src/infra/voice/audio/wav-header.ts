import { close, constants, open, read, stat } from 'node:fs';
import { promisify } from 'node:util';
import type { WavFacts, WavInspector } from '../../../commands/recordings/wav-inspector.ts';
import { HeycatError } from '../../../errors.ts';
import { LIMITS } from '../../../fields/limits.ts';

/** Enough for the chunks that recorders write before the sound; some pad up to 4 KiB. */
export const WAV_HEAD_BYTES = 16 * 1024;
/** The length of a header written by {@link wavHeader}. */
export const WAV_HEADER_BYTES = 44;

const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const FMT_BYTES = 16;
const SIZE_MAX = 0xffff_ffff;

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
/** The offset at which WAVE_FORMAT_EXTENSIBLE names the actual format. */
const SUBFORMAT_OFFSET = 24;

/** Sizes that recorders write until the sound is finished. */
const UNFINISHED = [0, SIZE_MAX];

/** The sample format of a file; a frame has one sample per channel. */
export interface SampleFormat {
  encoding: 'pcm' | 'float';
  channels: number;
  /** Hz */
  sample_rate: number;
  bits: number;
  /** Bytes of a frame. */
  block_align: number;
}

export interface WavLayout {
  format: SampleFormat;
  /** Offset of the first frame. */
  data_start: number;
  /** Bytes of sound according to the header, correct or not. */
  data_size: number;
  /** Length of the file according to the header, correct or not. */
  riff_end: number;
}

interface Chunk {
  id: string;
  start: number;
  size: number;
}

function refuse(sentence: string): HeycatError {
  return new HeycatError('INVALID_ARGUMENT', sentence);
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

function formatOf(head: Buffer, { start, size }: Chunk): SampleFormat {
  if (size < FMT_BYTES || start + size > head.length) throw refuse('its WAV header is cut off.');
  const declared = head.readUInt16LE(start);
  const isExtensible = declared === EXTENSIBLE && size >= SUBFORMAT_OFFSET + 2;
  const tag = isExtensible ? head.readUInt16LE(start + SUBFORMAT_OFFSET) : declared;
  if (tag !== PCM && tag !== FLOAT) throw refuse('it is a compressed WAV file; PCM and float can be read.');
  const [channels, sample_rate] = [head.readUInt16LE(start + 2), head.readUInt32LE(start + 4)];
  const [block_align, bits] = [head.readUInt16LE(start + 12), head.readUInt16LE(start + 14)];
  const isSound = sample_rate >= 1 && sample_rate <= LIMITS.sample_rate_max && bits > 0;
  if (!isSound || channels === 0 || block_align < channels) throw refuse('its WAV header makes no sense.');
  return { encoding: tag === PCM ? 'pcm' : 'float', channels, sample_rate, bits, block_align };
}

/**
 * Finds the sound in a file's first bytes, up to {@link WAV_HEAD_BYTES} of them.
 * @throws HeycatError INVALID_ARGUMENT with a sentence that begins with «it»; the caller says which file.
 */
export function readWavLayout(head: Buffer): WavLayout {
  const isWave = head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WAVE';
  if (!isWave) throw refuse('it is not a WAV file.');
  let format: SampleFormat | undefined;
  for (const chunk of chunksOf(head)) {
    if (chunk.id === 'fmt ') format = formatOf(head, chunk);
    if (chunk.id !== 'data') continue;
    if (format === undefined) throw refuse('its WAV header does not say what sound it holds.');
    const riff_end = head.readUInt32LE(4) + CHUNK_HEADER_BYTES;
    return { format, data_start: chunk.start, data_size: chunk.size, riff_end };
  }
  throw refuse(`no sound begins within its first ${WAV_HEAD_BYTES} bytes.`);
}

/** Complete frames in a file of this length, whether or not its header was finished. */
export function framesOf({ format, data_start, data_size }: WavLayout, fileSize: number): number {
  const there = Math.max(0, fileSize - data_start);
  const bytes = UNFINISHED.includes(data_size) ? there : Math.min(data_size, there);
  return Math.floor(bytes / format.block_align);
}

/** The header of a file of 16-bit mono samples, {@link WAV_HEADER_BYTES} long. */
export function wavHeader(sampleRate: number, dataBytes: number): Buffer {
  const header = Buffer.alloc(WAV_HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(Math.min(dataBytes + WAV_HEADER_BYTES - CHUNK_HEADER_BYTES, SIZE_MAX), 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(FMT_BYTES, 16);
  header.writeUInt16LE(PCM, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(Math.min(dataBytes, SIZE_MAX), 40);
  return header;
}

/** The duration of this many samples of one channel, in ms. */
export function durationMs(samples: number, sampleRate: number): number {
  return Math.round((samples * 1_000) / sampleRate);
}

// A command waits for these calls: file handles would double the time.
const [statOf, openFile, readFile] = [promisify(stat), promisify(open), promisify(read)];

function refused(sentence: string): HeycatError {
  return new HeycatError('INVALID_ARGUMENT', `file_path: ${sentence}`, { field: 'file_path' });
}

/**
 * Reads duration and sample rate from a file's first bytes.
 * @param head up to 16 KiB of them.
 * @param fileSize in bytes; determines the length of the sound if the header is unfinished.
 * @throws HeycatError INVALID_ARGUMENT with details.field `file_path`.
 */
export function parseWavHeader(head: Buffer, fileSize: number): WavFacts {
  const { layout, frames } = soundOf(head, fileSize);
  const { sample_rate } = layout.format;
  return { duration_ms: durationMs(frames, sample_rate), sample_rate };
}

/** The position, format and length of the sound in a file. */
export interface WavSound {
  layout: WavLayout;
  frames: number;
}

function soundOf(head: Buffer, fileSize: number): WavSound {
  const layout = layoutOf(head);
  const frames = framesOf(layout, fileSize);
  if (frames < 1) throw refused('it contains no sound.');
  return { layout, frames };
}

function layoutOf(head: Buffer) {
  try {
    return readWavLayout(head);
  } catch (thrown) {
    throw refused(HeycatError.from(thrown).message);
  }
}

/** Reads the headers of files on disk; regular files only, so that no pipe or device can block it. */
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
    // Opening a device may have side effects, so the type is checked first.
    const found = await statOf(path);
    if (!found.isFile()) throw refused('it is not a file.');
    if (found.size === 0) throw refused('it is empty.');
    return parse(await headOf(path), found.size);
  } catch (error) {
    throw error instanceof HeycatError ? error : unreadable(error);
  }
}

async function headOf(path: string): Promise<Buffer> {
  // Should the file have become a pipe in the meantime, this flag prevents waiting for a writer.
  const file = await openFile(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const { buffer, bytesRead } = await readFile(file, Buffer.alloc(WAV_HEAD_BYTES), 0, WAV_HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    // Nothing was written, so there is no need to wait.
    close(file, () => undefined);
  }
}

function unreadable(error: unknown): HeycatError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
  return refused(isMissing ? 'there is no such file.' : `it cannot be read (${code}).`);
}
