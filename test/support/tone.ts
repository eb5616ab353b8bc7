import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const TONE_HZ = 440;

export interface Shape {
  rate?: number;
  channels?: number;
  seconds?: number;
  hz?: number;
  /** Bytes of a sample; 4 is float. */
  width?: 1 | 2 | 3 | 4;
}

/** A WAV file of a sine at half of full scale on every channel; gives its path. */
export async function toneFile(folder: string, shape: Shape = {}): Promise<string> {
  const { rate = 16_000, channels = 1, seconds = 1, hz = TONE_HZ, width = 2 } = shape;
  const frames = Math.round(rate * seconds);
  const sound = Buffer.alloc(frames * channels * width);
  for (let at = 0, i = 0; i < frames; i++) {
    const x = 0.5 * Math.sin((2 * Math.PI * hz * i) / rate);
    for (let channel = 0; channel < channels; channel++, at += width) writeSample(sound, at, x, width);
  }
  const path = join(folder, `tone-${rate}-${channels}-${width}-${hz}-${seconds}.wav`);
  await writeFile(path, Buffer.concat([header({ rate, channels, width }, sound.length), sound]));
  return path;
}

function writeSample(sound: Buffer, at: number, x: number, width: number): void {
  if (width === 1) sound.writeUInt8(Math.round(128 + x * 127), at);
  else if (width === 4) sound.writeFloatLE(x, at);
  else sound.writeIntLE(Math.round(x * (2 ** (8 * width - 1) - 1)), at, width);
}

function header(
  { rate, channels, width }: Required<Pick<Shape, 'rate' | 'channels' | 'width'>>,
  size: number,
) {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + size, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(width === 4 ? 3 : 1, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * channels * width, 28);
  head.writeUInt16LE(channels * width, 32);
  head.writeUInt16LE(width * 8, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(size, 40);
  return head;
}

/** How much of a sound at 16 kHz is a tone, from 0 to 1. */
export function shareOf(samples: ArrayLike<number>, hz = TONE_HZ): number {
  let [sin, cos, all] = [0, 0, 0];
  for (let i = 0; i < samples.length; i++) {
    const angle = (2 * Math.PI * hz * i) / 16_000;
    sin += samples[i]! * Math.sin(angle);
    cos += samples[i]! * Math.cos(angle);
    all += samples[i]! ** 2;
  }
  return all === 0 ? 0 : (2 * (sin ** 2 + cos ** 2)) / (all * samples.length);
}

/** Parts of a tone after one another need not be in phase: the share of the tone in each tenth of a second. */
export function sharesOf(samples: Int16Array): number[] {
  const shares: number[] = [];
  for (let at = 0; at + 1_600 <= samples.length; at += 1_600)
    shares.push(shareOf(samples.subarray(at, at + 1_600)));
  return shares;
}
