import { HeycatError } from '../../../errors.ts';
import type { SampleFormat } from './wav-header.ts';

/** Reads one sample, as a number from -1 to 1, at a byte offset. */
type ReadSample = (bytes: Buffer, at: number) => number;

const READERS: Partial<Record<string, ReadSample>> = {
  // In WAV files, 8-bit samples are unsigned and all others signed.
  'pcm 1': (bytes, at) => (bytes.readUInt8(at) - 2 ** 7) / 2 ** 7,
  'pcm 2': (bytes, at) => bytes.readInt16LE(at) / 2 ** 15,
  'pcm 3': (bytes, at) => bytes.readIntLE(at, 3) / 2 ** 23,
  'pcm 4': (bytes, at) => bytes.readInt32LE(at) / 2 ** 31,
  'float 4': (bytes, at) => bytes.readFloatLE(at),
  'float 8': (bytes, at) => bytes.readDoubleLE(at),
};

/**
 * Returns a function that mixes complete frames of a format down to one channel.
 * @throws HeycatError INVALID_ARGUMENT, with a sentence that begins with «its», for an unsupported sample width.
 */
export function monoReader({
  encoding,
  channels,
  block_align,
}: SampleFormat): (frames: Buffer) => Float32Array {
  const width = block_align / channels;
  const read = READERS[`${encoding} ${width}`];
  if (read === undefined) {
    const sentence = `its samples are ${width * 8} bits of ${encoding}; 8, 16, 24 and 32 bits of PCM and 32 and 64 of float can be read.`;
    throw new HeycatError('INVALID_ARGUMENT', sentence);
  }
  return (frames) => {
    const mono = new Float32Array(frames.length / block_align);
    for (let frame = 0, at = 0; frame < mono.length; frame++) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel++, at += width) sum += read(frames, at);
      // NaN in a float file becomes silence, or a filter would spread it.
      mono[frame] = Number.isFinite(sum) ? sum / channels : 0;
    }
    return mono;
  };
}
