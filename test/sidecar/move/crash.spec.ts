import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { LOCAL_ENGINES } from '../../../src/infra/database/current-engine.ts';
import { settleEngines } from '../../../src/infra/database/staging.ts';
import { MovingFolder, writeEverywhere } from '../../support/moving-folder.ts';
import { seededRandom } from '../../support/random.ts';
import { describeWithServer } from '../../support/spacetimedb.ts';
import { runTypescript } from '../../support/typescript-child.ts';

const KILLS = Number(process.env['HEYCAT_MOVE_KILLS'] ?? (process.env['CI'] ? 4 : 2));
const SEED = Number(process.env['HEYCAT_SEED'] ?? Date.now() % 1_000_000);

const other = (kind: string) => LOCAL_ENGINES.find((each) => each !== kind)!;

describeWithServer('a move that is cut off', () => {
  it(`ENG25 kill -9 at any moment leaves one engine with everything (${KILLS} kills, seed ${SEED})`, async () => {
    await using folder = await MovingFolder.make();
    await folder.command(writeEverywhere, 'embedded');
    const before = await folder.contents();
    const next = seededRandom(SEED);
    const began = performance.now();
    await folder.move('sidecar');
    const duration = performance.now() - began;
    const outcomes = { stayed: 0, switched: 0 };
    for (let kill = 0; kill < KILLS; kill++) {
      const from = await folder.current();
      const { child } = await runTypescript('./run-move.ts', [folder.path, other(from)]);
      const timer = setTimeout(() => child.kill('SIGKILL'), next() * duration * 1.1);
      await once(child, 'close');
      clearTimeout(timer);
      const now = await folder.current();
      outcomes[now === from ? 'stayed' : 'switched'] += 1;
      expect(await folder.contents()).toEqual(before);
    }
    // The next one goes on by itself, and nothing of the cut off ones is left.
    expect(await folder.move(other(await folder.current()))).toMatchObject({ moved: true, tables: before });
    expect(await folder.contents()).toEqual(before);
    const left = await readdir(folder.engineFolder('.'));
    expect(left.filter((name) => name.includes('.moving'))).toEqual([]);
    process.stderr.write(`${JSON.stringify(outcomes)}\n`);
  }, 3_600_000);

  it('ENG25 a disk that becomes full leaves the old engine with everything', async () => {
    await using folder = await MovingFolder.make();
    await folder.command(async (ledger) => {
      const value = JSON.stringify('v'.repeat(60_000));
      for (let number = 0; number < 20; number++) {
        const args = { key: `k${number}`, value, expected_seq: null };
        await ledger.submit({ reducer: 'save_setting', args, wait_ms: 30_000 });
      }
    }, 'sidecar');
    const before = await folder.contents();
    const { child } = await runTypescript('./run-move.ts', [folder.path, 'embedded', String(512 * 1024)]);
    let said = '';
    child.stdout.on('data', (text: string) => (said += text));
    await once(child, 'close');
    expect(said).toMatch(/^ENGINE_UNAVAILABLE$/m);
    await settleEngines(folder.path);
    expect(await folder.current()).toBe('sidecar');
    expect(await folder.contents()).toEqual(before);
    expect(await folder.move('embedded')).toMatchObject({ moved: true, tables: before });
  }, 300_000);
});
