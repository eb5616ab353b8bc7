import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cliPlace, isAlive, nowhere, until, type CliPlace } from '../../support/cli.ts';
import { describeOnEngines, type TestedEngine } from '../../support/engines.ts';
import { describeWithModel, HEARD, MODELS_DIR } from '../../support/speech.ts';
import { serverBinary } from '../../support/spacetimedb.ts';

interface Hop {
  hop: string;
  ms: number;
  text: string;
}

interface DemoPlace {
  place: CliPlace;
  temporary: string;
  env: Record<string, string>;
}

/** The demo takes a server where it finds one. */
async function demoPlace(engine: TestedEngine): Promise<DemoPlace> {
  const place = await cliPlace();
  const temporary = join(place.root, 'tmp');
  await mkdir(temporary, { mode: 0o700 });
  const env = engine === 'sidecar' ? { HEYCAT_SPACETIMEDB_BIN: serverBinary() } : nowhere(place.root);
  // A model of the machine's own is no matter of these tests.
  const models = { HEYCAT_MODELS_DIR: join(place.root, 'no-models') };
  return { place, temporary, env: { TMPDIR: temporary, ...models, ...env } };
}

describeOnEngines('heycat demo', (engine) => {
  it('CLI21 prints each hop with its time, ends 0, and leaves nothing behind', async () => {
    const { place, temporary, env } = await demoPlace(engine);
    await using _ = place;
    const { code, stdout, stderr } = await place.spawn(['demo', '--json'], env).ended;
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^removed \S+\n$/) as unknown,
    });
    const hops = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Hop);
    const names = hops.map(({ hop }) => hop);
    expect(names.slice(0, 5)).toEqual([
      'process_started',
      'socket_answers',
      'engine_ready',
      'synced',
      'sent',
    ]);
    expect(names.slice(5, 7).sort()).toEqual(['applied', 'event']);
    expect(names.slice(7)).toEqual(['receipt', 'log', 'projection', 'listed', 'no_model', 'stopped']);
    expect(hops.find(({ hop }) => hop === 'no_model')!.text).toContain('heycat demo --install-model');
    expect(hops[1]!.text).toMatch(/its engine is (starting|stopped)/);
    expect(hops.find(({ hop }) => hop === 'listed')!.text).toContain('16000 Hz');
    for (const { ms } of hops) expect(ms).toBeGreaterThanOrEqual(0);
    expect(hops[2]!.ms).toBeGreaterThan(hops[1]!.ms);
    expect(await readdir(temporary)).toEqual([]);
    expect(await readdir(place.root)).toEqual(['tmp']);
  });

  it('CLI22 Ctrl-C ends its service and its server, and removes its folder', async () => {
    const { place, temporary, env } = await demoPlace(engine);
    await using _ = place;
    const run = place.spawn(['demo'], env);
    await run.until('stdout', 'the socket answers');
    const service = Number(/pid (\d+)/.exec(run.stdout)![1]);
    run.child.kill('SIGINT');
    const { code, stderr } = await run.ended;
    expect(code).toBe(1);
    expect(stderr).toContain('CANCELLED: The demo was cancelled.');
    expect(isAlive(service)).toBe(false);
    expect(await readdir(temporary)).toEqual([]);
  });

  it('CLI22 its service ends also when the demo is killed', async () => {
    const { place, env } = await demoPlace(engine);
    await using _ = place;
    const run = place.spawn(['demo'], env);
    await run.until('stdout', 'the engine is ready');
    const pids = [...run.stdout.matchAll(/pid (\d+)/g)].map((match) => Number(match[1]));
    expect(pids).toHaveLength(engine === 'sidecar' ? 2 : 1);
    run.child.kill('SIGKILL');
    await until(() => !pids.some(isAlive));
  });
});

describeWithModel('heycat demo with a speech model', () => {
  it('CLI26 plays a take through the whole path and prints its text', async () => {
    const { place, env } = await demoPlace('embedded');
    await using _ = place;
    const run = place.spawn(['demo', '--json'], { ...env, HEYCAT_MODELS_DIR: MODELS_DIR });
    const { code, stdout } = await run.ended;
    const hops = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Hop);
    const spoken = hops.slice(hops.findIndex(({ hop }) => hop === 'recording'));
    expect(code).toBe(0);
    expect(spoken.map(({ hop }) => hop)).toEqual([
      'recording',
      'recorded',
      'transcribed',
      'stored',
      'stopped',
    ]);
    expect(spoken[2]!.text).toContain(`«${HEARD.beckett}»`);
  });
});
