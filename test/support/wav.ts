import { writeFile } from 'node:fs/promises';
import { openMonoSound } from '../../src/infra/voice/audio/wav-samples.ts';

export interface WavShape {
  /** In Hz. */
  rate: number;
  channels?: number;
  bits?: 8 | 16 | 24 | 32 | 64;
  encoding?: 'pcm' | 'float';
  /** What the header says of the sound's size in bytes; the truth when absent. */
  declared?: number;
}

/** Samples of a file, from -1 to 1, its channels mixed. */
export async function samplesOf(path: string): Promise<Float32Array> {
  const blocks: Float32Array[] = [];
  for await (const block of (await openMonoSound(path)).blocks()) blocks.push(block);
  return joined(blocks);
}

export function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The same sound at another rate, by straight lines between the samples. */
export function atRate(samples: Float32Array, from: number, to: number): Float32Array {
  return Float32Array.from({ length: Math.floor((samples.length * to) / from) }, (_, index) => {
    const at = (index * from) / to;
    const [before, after] = [samples[Math.floor(at)]!, samples[Math.ceil(at)] ?? 0];
    return before + (after - before) * (at % 1);
  });
}

/** Writes a WAV file with the same sound on each channel. */
export async function writeWav(path: string, samples: Float32Array, shape: WavShape): Promise<void> {
  await writeFile(path, wavContent(samples, shape));
}

export function wavContent(samples: Float32Array, shape: WavShape): Buffer {
  const { rate, channels = 1, bits = 16, encoding = 'pcm' } = shape;
  const width = bits / 8;
  const sound = Buffer.alloc(samples.length * channels * width);
  samples.forEach((sample, frame) => {
    for (let channel = 0; channel < channels; channel++) {
      writeSample(sound, (frame * channels + channel) * width, { sample, bits, encoding });
    }
  });
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(shape.declared === undefined ? 36 + sound.length : 0, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(encoding === 'pcm' ? 1 : 3, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * channels * width, 28);
  head.writeUInt16LE(channels * width, 32);
  head.writeUInt16LE(bits, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(shape.declared ?? sound.length, 40);
  return Buffer.concat([head, sound]);
}

function writeSample(
  to: Buffer,
  at: number,
  { sample, bits, encoding }: { sample: number; bits: number; encoding: string },
): void {
  if (encoding === 'float')
    return void (bits === 64 ? to.writeDoubleLE(sample, at) : to.writeFloatLE(sample, at));
  if (bits === 8) return void to.writeUInt8(Math.round(sample * 127) + 128, at);
  to.writeIntLE(Math.round(sample * (2 ** (bits - 1) - 1)), at, bits / 8);
}
