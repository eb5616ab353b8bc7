import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { repairWav } from '../../../../src/infra/voice/audio/repair-wav.ts';
import { seededRandom } from '../../../support/random.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { runTypescript } from '../../../support/typescript-child.ts';

const KILLS = Number(process.env['HEYCAT_TAKE_KILLS'] ?? (process.env['CI'] ? 20 : 4));
const SEED = Number(process.env['HEYCAT_SEED'] ?? Date.now() % 1_000_000);
const AT_ONCE = 4;
const KILL_WITHIN_MS = 3_000;

interface Killed {
  /** Samples that the recorder had been given more than a second before. */
  old: number;
  kept: number;
}

/** Kills a recorder of a take, repairs its file, and compares. */
async function killAfter(ms: number): Promise<Killed> {
  await using folder = await tempFolder();
  const { child, line } = await runTypescript('wav-writer.ts', [folder.path, '20']);
  const told: { at: number; samples: number }[] = [];
  const note = (text: string) =>
    told.push({ at: performance.now(), samples: Number(text.trim().split('\n').at(-1)) });
  note(line);
  child.stdout.on('data', note);
  await sleep(ms);
  child.kill('SIGKILL');
  const killedAt = performance.now();
  await once(child, 'close');
  const old = told.findLast(({ at }) => at <= killedAt - 1_000)?.samples ?? 0;
  const path = join(folder.path, (await readdir(folder.path))[0]!);
  const { samples } = await repairWav(path);
  const file = await readFile(path);
  expect([file.readUInt32LE(40), file.readUInt32LE(4)]).toEqual([samples * 2, samples * 2 + 36]);
  expect(file.length).toBe(44 + samples * 2);
  for (let i = 0; i < samples; i++) {
    if (file.readInt16LE(44 + 2 * i) !== (i % 60_000) - 30_000) throw new Error(`wrong sample ${i}`);
  }
  expect(await repairWav(path)).toMatchObject({ repaired: false, samples });
  return { old, kept: samples };
}

it(`TAK47 keeps all samples older than a second under kill -9 (${KILLS} kills, seed ${SEED}; upstream defect 5)`, async () => {
  const random = seededRandom(SEED);
  for (let done = 0; done < KILLS; done += AT_ONCE) {
    const moments = Array.from({ length: Math.min(AT_ONCE, KILLS - done) }, () => random() * KILL_WITHIN_MS);
    for (const { old, kept } of await Promise.all(moments.map(killAfter))) {
      expect(kept).toBeGreaterThanOrEqual(old);
    }
  }
}, 3_600_000);
