import { open } from 'node:fs/promises';
import { HeycatError } from '../../../errors.ts';
import { monoReader } from './mono-frames.ts';
import { type WavSound, wavSound } from './wav-header.ts';

/** Upper limit for blocks of a second, which bounds memory whatever the file claims. */
const BLOCK_BYTES_MAX = 4 * 1024 * 1024;

export interface MonoSound {
  /** In Hz. */
  sampleRate: number;
  /** Samples per channel. */
  frames: number;
  /** All samples, in order, in blocks of at most a second; each call reads the file again. */
  blocks: () => AsyncGenerator<Float32Array>;
}

/**
 * The sound of a WAV file with its channels mixed into one. A file that a crash left unfinished is read to its end.
 * @throws HeycatError INVALID_ARGUMENT with details.field `file_path`.
 */
export async function openMonoSound(path: string): Promise<MonoSound> {
  const sound = await wavSound(path);
  const { sample_rate: sampleRate } = sound.layout.format;
  const mix = mixerOf(sound);
  return { sampleRate, frames: sound.frames, blocks: () => blocksOf(path, sound, mix) };
}

function mixerOf({ layout }: WavSound): (frames: Buffer) => Float32Array {
  try {
    return monoReader(layout.format);
  } catch (thrown) {
    const sentence = `file_path: ${HeycatError.from(thrown).message}`;
    throw new HeycatError('INVALID_ARGUMENT', sentence, { field: 'file_path' }, { cause: thrown });
  }
}

async function* blocksOf(path: string, { layout, frames }: WavSound, mix: (frames: Buffer) => Float32Array) {
  const { block_align, sample_rate } = layout.format;
  const end = layout.data_start + frames * block_align;
  const file = await open(path, 'r');
  try {
    const perBlock = Math.min(sample_rate, Math.ceil(BLOCK_BYTES_MAX / block_align));
    const bytes = Buffer.alloc(perBlock * block_align);
    for (let at = layout.data_start; at < end;) {
      const { bytesRead } = await file.read(bytes, 0, Math.min(bytes.length, end - at), at);
      const complete = bytesRead - (bytesRead % block_align);
      if (complete === 0) return;
      yield mix(bytes.subarray(0, complete));
      at += complete;
    }
  } finally {
    await file.close();
  }
}
