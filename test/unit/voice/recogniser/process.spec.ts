import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeWithModel, fixture, HEARD, LIBRARY_GONE, testRecogniser } from '../../../support/speech.ts';
import { TYPESCRIPT_ARGV } from '../../../support/embedded-harness.ts';
import { isAlive, until } from '../../../support/cli.ts';
import { tempFolder, type TempFolder } from '../../../support/temp-folder.ts';
import { TINY_TEXT, writeTinyParakeet, writeTinyTransducer } from '../../../support/tiny-models.ts';
import { runTypescript } from '../../../support/typescript-child.ts';
import { joined, samplesOf, writeWav } from '../../../support/wav.ts';

const WAV = fixture('open-the-calculator');
const ENDS_WHEN_IT_HEARS = `const on = process.on.bind(process);
  process.on = (name, listener) => on(name, (message) =>
    name === 'message' && message.kind === 'transcribe' ? process.exit(7) : listener(message));`;

let models: TempFolder;

beforeAll(async () => {
  models = await tempFolder();
  await writeTinyParakeet(join(models.path, 'tiny-parakeet'));
  await writeTinyTransducer(join(models.path, 'tiny-zipformer'));
});
afterAll(() => models[Symbol.asyncDispose]());

const place = (options: Parameters<typeof testRecogniser>[0] = {}) => testRecogniser(options, models.path);

describe('the recogniser’s process', () => {
  it('REC7 hears 100 takes that wait, each once, in the order of asking (upstream defect 1)', async () => {
    await using tiny = place();
    const ended: number[] = [];
    const takes = Array.from({ length: 100 }, (_, take) =>
      tiny.recogniser.transcribe({ file: WAV, model: 'tiny-parakeet' }).then(({ text }) => {
        ended.push(take);
        return text;
      }),
    );
    expect(await Promise.all(takes)).toEqual(takes.map(() => TINY_TEXT));
    expect(ended).toEqual(takes.map((_, take) => take));
  });

  it('REC8 is replaced when it is killed, and its take heard all the same', async () => {
    await using tiny = place();
    const { recogniser } = tiny;
    await recogniser.prepare('tiny-parakeet');
    const before = recogniser.pid!;
    process.kill(before, 'SIGSTOP');
    const take = tiny.hear(WAV);
    process.kill(before, 'SIGKILL');
    expect(await take).toBe(TINY_TEXT);
    expect(recogniser.pid).not.toBe(before);
  });

  it('REC9 is replaced when it hangs: the time limit goes by the length of the take (upstream defect 2)', async () => {
    const asked: number[] = [];
    const limitMs = (audioMs: number) => {
      asked.push(audioMs);
      return 3_000;
    };
    await using tiny = place({ limitMs });
    const { recogniser } = tiny;
    await recogniser.prepare('tiny-parakeet');
    const before = recogniser.pid!;
    process.kill(before, 'SIGSTOP');
    expect(await tiny.hear(WAV)).toBe(TINY_TEXT);
    expect(asked).toEqual([1776]);
    await until(() => !isAlive(before));
  });

  it('REC9 gives a take up that it fails at twice, with what to do, and hears the next one', async () => {
    await using folder = await tempFolder();
    const file = join(folder.path, 'ended.mjs');
    await writeFile(file, ENDS_WHEN_IT_HEARS);
    await using tiny = place();
    await using failing = place({ execArgv: [...TYPESCRIPT_ARGV, '--import', file] });
    await expect(failing.hear(WAV)).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('transcribe_recording') as string,
    });
    expect(await tiny.hear(WAV)).toBe(TINY_TEXT);
  });

  it('REC10 ends when nothing is asked for a while, and gives its memory back (upstream defect 24)', async () => {
    await using tiny = place({ idleMs: () => 50 });
    const { recogniser } = tiny;
    expect(await tiny.hear(WAV)).toBe(TINY_TEXT);
    await until(() => recogniser.pid === undefined);
    expect(await tiny.hear(WAV)).toBe(TINY_TEXT);
  });

  it('REC11 loads a model once, ahead of the take where it is prepared, and another one in its place', async () => {
    await using tiny = place();
    const { recogniser } = tiny;
    await recogniser.prepare('tiny-parakeet');
    const { pid } = recogniser;
    expect(pid).toBeDefined();
    for (let take = 0; take < 3; take++) expect(await tiny.hear(WAV)).toBe(TINY_TEXT);
    expect(recogniser.pid).toBe(pid);
    const other = await recogniser.transcribe({ file: WAV, model: 'tiny-zipformer' });
    expect(other).toMatchObject({ text: TINY_TEXT, model: 'tiny-zipformer' });
    expect(recogniser.pid).not.toBe(pid);
    expect(isAlive(pid!)).toBe(false);
  });

  it('REC12 ends with its parent, however that ends', async () => {
    const { child, line } = await runTypescript('run-recogniser.ts', [models.path, WAV]);
    const { pid, text } = JSON.parse(line) as { pid: number; text: string };
    expect(text).toBe(TINY_TEXT);
    expect(isAlive(pid)).toBe(true);
    child.kill('SIGKILL');
    await until(() => !isAlive(pid));
  });

  it('REC13 says what to do without the library, without a model, and with one that cannot be loaded', async () => {
    await using folder = await tempFolder();
    const hook = join(folder.path, 'hook.mjs');
    await writeFile(hook, LIBRARY_GONE);
    await using none = place({ execArgv: [...TYPESCRIPT_ARGV, '--import', hook] });
    await expect(none.hear(WAV)).rejects.toMatchObject({
      code: 'MODEL_MISSING',
      message: expect.stringContaining('npm install sherpa-onnx-node') as string,
    });
    await using empty = testRecogniser({}, folder.path);
    await expect(empty.hear(WAV)).rejects.toMatchObject({
      code: 'MODEL_MISSING',
      message: expect.stringContaining('heycat models install moonshine-tiny-en') as string,
    });
    await writeTinyTransducer(join(folder.path, 'broken'));
    await writeFile(join(folder.path, 'broken', 'encoder-epoch-99-avg-1.onnx'), 'no model');
    await expect(empty.hear(WAV)).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('heycat models install broken') as string,
    });
  });

  it('REC14 ends at once when it is closed, and cancels what waits', async () => {
    const tiny = place();
    const takes = [tiny.hear(WAV), tiny.hear(WAV), tiny.recogniser.prepare(null)];
    const ends = Promise.allSettled(takes);
    await tiny.recogniser.close();
    for (const end of await ends) expect(end).toMatchObject({ reason: { code: 'CANCELLED' } });
    await expect(tiny.hear(WAV)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(tiny.recogniser.pid).toBeUndefined();
  });
});

describeWithModel('a real model’s process', () => {
  it('REC8 is killed within a take, which is heard once and whole', async () => {
    await using folder = await tempFolder();
    await using real = testRecogniser();
    const file = join(folder.path, 'take.wav');
    const beckett = await samplesOf(fixture('beckett'));
    await writeWav(file, joined([beckett, beckett, beckett, beckett]), { rate: 16_000 });
    let killed = 0;
    const kill = () => {
      if (killed++ === 0) process.kill(real.recogniser.pid!, 'SIGKILL');
    };
    const { text } = await real.recogniser.transcribe({ file, model: null }, kill);
    expect(killed).toBeGreaterThan(1);
    expect(text.match(/ever tried/gi)).toHaveLength(4);
  });

  it('REC15 leaves the caller’s process free while it hears', async () => {
    await using real = testRecogniser();
    await real.recogniser.prepare(null);
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    const { decode_ms, text } = await real.recogniser.transcribe({ file: fixture('beckett'), model: null });
    clearInterval(timer);
    expect(text).toBe(HEARD.beckett);
    // Were it heard on this thread, there would be none.
    expect(turns).toBeGreaterThan(decode_ms / 5 / 10);
  });

  it('REC10 has its memory to itself: the caller’s hardly grows, and the process’s goes', async () => {
    const resident = async (pid: number) =>
      Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))![1]) / 1_024;
    if (process.platform !== 'linux') return;
    await using real = testRecogniser({ idleMs: () => 100 });
    const before = await resident(process.pid);
    await real.recogniser.prepare(null);
    expect(await resident(real.recogniser.pid!)).toBeGreaterThan(100);
    expect(await real.hear(fixture('beckett'))).toBe(HEARD.beckett);
    await until(() => real.recogniser.pid === undefined);
    expect((await resident(process.pid)) - before).toBeLessThan(60);
  });
});
