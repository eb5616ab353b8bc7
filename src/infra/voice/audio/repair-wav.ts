import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { HeycatError } from '../../../errors.ts';
import { durationMs, framesOf, readWavLayout, WAV_HEAD_BYTES, type WavLayout } from './wav-header.ts';

/** The content of a file after the check, measured in samples. */
export interface RepairedWav {
  /** False if the file was intact and was not modified. */
  repaired: boolean;
  /** Samples of one channel; 0 if the recording ended before its first sample. */
  samples: number;
  duration_ms: number;
  sample_rate: number;
}

const SIZE_MAX = 0xffff_ffff;
const CHUNK_HEADER_BYTES = 8;

/**
 * Makes a WAV file playable whose recorder was killed: afterwards the header matches the content. At most an incomplete
 * frame is cut off, the file keeps its times, and an intact file is not modified.
 * @throws HeycatError INVALID_ARGUMENT with details.path if it is not a WAV file or cannot be read; it stays unchanged.
 */
export async function repairWav(path: string): Promise<RepairedWav> {
  try {
    const file = await open(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0));
    try {
      return await repair(file);
    } finally {
      await file.close();
    }
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    const why = thrown instanceof HeycatError ? message : `it cannot be read or written (${code}).`;
    throw new HeycatError('INVALID_ARGUMENT', `${path}: ${why}`, { path }, { cause: thrown });
  }
}

async function repair(file: FileHandle): Promise<RepairedWav> {
  const stats = await file.stat();
  if (!stats.isFile()) throw new HeycatError('INVALID_ARGUMENT', 'it is not a file.');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(WAV_HEAD_BYTES), 0, WAV_HEAD_BYTES, 0);
  const layout = readWavLayout(buffer.subarray(0, bytesRead));
  if (await isHealthy(file, layout, stats.size)) return factsOf(layout, framesOf(layout, stats.size), false);
  const { block_align } = layout.format;
  const frames = Math.floor(Math.max(0, stats.size - layout.data_start) / block_align);
  const end = layout.data_start + frames * block_align;
  if (end < stats.size) await file.truncate(end);
  await writeSize(file, 4, end - 8);
  await writeSize(file, layout.data_start - 4, end - layout.data_start);
  await file.utimes(stats.atime, stats.mtime);
  await file.sync();
  return factsOf(layout, frames, true);
}

/** Whether the sizes match the file, or the sound is finished and followed by further chunks. */
async function isHealthy(file: FileHandle, layout: WavLayout, fileSize: number): Promise<boolean> {
  const { data_start, data_size, riff_end, format } = layout;
  if (data_size === 0 || data_size === SIZE_MAX) return riff_end === fileSize;
  const data_end = data_start + data_size + (data_size % 2);
  const isComplete = data_size % format.block_align === 0;
  if (data_end >= fileSize) return isComplete && data_start + data_size <= fileSize;
  return endsInChunks(file, data_end, fileSize);
}

/** Whether chunks follow each other exactly to the end of the file; sound left by a killed recorder does not do so. */
async function endsInChunks(file: FileHandle, from: number, fileSize: number): Promise<boolean> {
  let at = from;
  while (at + CHUNK_HEADER_BYTES <= fileSize) {
    const { buffer } = await file.read(Buffer.alloc(CHUNK_HEADER_BYTES), 0, CHUNK_HEADER_BYTES, at);
    if (!/^[ -~]{4}$/.test(buffer.toString('latin1', 0, 4))) return false;
    const size = buffer.readUInt32LE(4);
    at += CHUNK_HEADER_BYTES + size + (size % 2);
  }
  return at === fileSize;
}

async function writeSize(file: FileHandle, at: number, size: number): Promise<void> {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(Math.min(size, SIZE_MAX));
  await file.write(bytes, 0, 4, at);
}

function factsOf({ format }: WavLayout, samples: number, repaired: boolean): RepairedWav {
  const { sample_rate } = format;
  return { repaired, samples, duration_ms: durationMs(samples, sample_rate), sample_rate };
}
