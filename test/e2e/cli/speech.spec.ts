import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cliPlace } from '../../support/cli.ts';
import { describeWithModel, fixture, HEARD, MODEL, MODELS_DIR } from '../../support/speech.ts';
import { writeTinyTransducer } from '../../support/tiny-models.ts';

describe('heycat models', () => {
  it('MDL13 lists, installs from a folder and removes', async () => {
    await using place = await cliPlace();
    const own = join(place.root, 'own');
    await writeTinyTransducer(own);
    const run = async (...args: string[]) => place.spawn(args, { HEYCAT_MODELS_DIR: '' }).ended;
    expect(await run('models', 'install', 'mine', '--from', own)).toMatchObject({ code: 0 });
    const { models } = JSON.parse((await run('models', 'list', '--json')).stdout) as { models: object[] };
    expect(models.at(-1)).toMatchObject({ name: 'mine', state: 'installed', used: true });
    expect((await run('models', 'list')).stdout).toContain('✓ mine');
    expect(await run('models', 'remove', 'mine', '--json')).toMatchObject({
      code: 0,
      stdout: '{"removed":"mine"}\n',
    });
    const unknown = await run('models', 'install', 'nonsense');
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(unknown.stderr).toContain('NOT_FOUND');
  });

  it('MDL15 doctor says how to get a model, and that none is no fault', async () => {
    await using place = await cliPlace();
    const { stdout } = await place.spawn(['doctor', '--json'], { HEYCAT_MODELS_DIR: '' }).ended;
    const { checks } = JSON.parse(stdout) as { checks: { name: string }[] };
    expect(checks.find(({ name }) => name === 'speech models')).toMatchObject({
      state: 'absent',
      text: expect.stringContaining('heycat models install') as string,
    });
  });

  it('MDL14 transcribe without a model says what to do and hears nothing', async () => {
    await using place = await cliPlace();
    const run = place.spawn(['transcribe', fixture('beckett'), '--json'], { HEYCAT_MODELS_DIR: '' });
    const { code, stdout, stderr } = await run.ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'MODEL_MISSING' } });
  });
});

describeWithModel('heycat transcribe', () => {
  it('MDL14 prints what files say and nothing else, and refuses others by name', async () => {
    await using place = await cliPlace();
    const env = { HEYCAT_MODELS_DIR: MODELS_DIR };
    const one = await place.spawn(['transcribe', fixture('beckett')], env).ended;
    expect(one).toEqual({ code: 0, stdout: `${HEARD.beckett}\n`, stderr: '' });
    const text = join(place.root, 'notes.wav');
    await mkdir(place.root, { recursive: true });
    await writeFile(text, 'no sound');
    const files = [fixture('open-the-calculator'), text, fixture('delete-the-last-sentence')];
    const several = await place.spawn(['transcribe', ...files, '--model', MODEL, '--json'], env).ended;
    expect(several.code).toBe(1);
    const lines = several.stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { file: files[0], text: HEARD['open-the-calculator'], model: MODEL },
      { file: files[2], text: HEARD['delete-the-last-sentence'] },
    ]);
    expect(several.stderr).toContain('notes.wav');
  });

  it('MDL15 doctor names the model that is used', async () => {
    await using place = await cliPlace();
    await cp(join(MODELS_DIR, MODEL), join(place.dataDir, 'models', MODEL), { recursive: true });
    const { stdout } = await place.spawn(['doctor', '--json'], { HEYCAT_MODELS_DIR: '' }).ended;
    const { checks } = JSON.parse(stdout) as { checks: { name: string }[] };
    expect(checks.find(({ name }) => name === 'speech models')).toMatchObject({
      state: 'ok',
      text: expect.stringContaining(MODEL) as string,
    });
  });
});
