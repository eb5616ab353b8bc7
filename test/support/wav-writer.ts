import { setTimeout as sleep } from 'node:timers/promises';
import { GrowingWav } from '../../src/infra/voice/audio/take-files.ts';

/** Samples that tell where in the take they belong. */
const counted = (from: number, length: number) =>
  Int16Array.from({ length }, (_, i) => ((from + i) % 60_000) - 30_000);

/** Records 20 ms each so many ms; says how much it has taken, and when no more is taken what is in the file. */
const [folder, everyMs] = [process.argv[2]!, Number(process.argv[3])];
const wav = await GrowingWav.create({ folder, sampleRate: 16_000, startedAt: new Date() });
for (let taken = 0; wav.failure === undefined; taken += 320) {
  wav.append(counted(taken, 320));
  if (everyMs > 0) process.stdout.write(`${taken + 320}\n`);
  await sleep(everyMs);
}
process.stdout.write(`${JSON.stringify(await wav.finish())}\n`);
