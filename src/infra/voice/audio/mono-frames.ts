import { HeycatError } from '../../../errors.ts';
import type { SampleFormat } from './wav-header.ts';

/** One sample as a number from -1 to 1, at a byte of the frames. */
type ReadSample = (bytes: Buffer, at: number) => number;

const READERS: Partial<Record<string, ReadSample>> = {
  // 8 bits have no sign in WAV files, all others have one.
  'pcm 1': (bytes, at) => (bytes.readUInt8(at) - 2 ** 7) / 2 ** 7,
  'pcm 2': (bytes, at) => bytes.readInt16LE(at) / 2 ** 15,
  'pcm 3': (bytes, at) => bytes.readIntLE(at, 3) / 2 ** 23,
  'pcm 4': (bytes, at) => bytes.readInt32LE(at) / 2 ** 31,
  'float 4': (bytes, at) => bytes.readFloatLE(at),
  'float 8': (bytes, at) => bytes.readDoubleLE(at),
};

/**
 * What turns whole frames of a format into samples of one channel, all channels mixed.
 * @throws HeycatError INVALID_ARGUMENT, with a sentence that begins with «its», for a width that no recorder writes.
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
      // What is no number in a file of floats is silence, or a filter would spread it.
      mono[frame] = Number.isFinite(sum) ? sum / channels : 0;
    }
    return mono;
  };
}
