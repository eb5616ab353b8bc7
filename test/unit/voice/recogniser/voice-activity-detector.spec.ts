import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SpeechProgress } from '../../../../src/dictation/ports/voice-activity-detector.ts';
import {
  ChildVoiceActivityDetector,
  type VoiceActivityDetectorOptions,
} from '../../../../src/infra/voice/recogniser/child-voice-activity-detector.ts';
import { TYPESCRIPT_ARGV } from '../../../support/embedded-harness.ts';
import { childrenWith } from '../../../support/child-processes.ts';
import { until } from '../../../support/cli.ts';
import { fixture, LIBRARY_GONE } from '../../../support/speech.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { atRate, joined, samplesOf } from '../../../support/wav.ts';

const seconds = (s: number) => new Float32Array(s * 16_000);
const pcmOf = (samples: Float32Array) => Int16Array.from(samples, (sample) => Math.round(sample * 32_767));

interface Told {
  looks: SpeechProgress[];
  failures: string[];
}

function detector(options: VoiceActivityDetectorOptions = {}) {
  const made = new ChildVoiceActivityDetector({ execArgv: TYPESCRIPT_ARGV, ...options });
  const listen = (rate = 16_000) => {
    const told: Told = { looks: [], failures: [] };
    const listening = made.listen(rate, {
      progress: (look) => told.looks.push(look),
      failed: (message) => told.failures.push(message),
    });
    return { told, listening };
  };
  return { made, listen, [Symbol.asyncDispose]: () => made.close() };
}

/** Gives it in pieces as a device does, and waits for each where asked. */
async function play(feed: (pcm: Int16Array) => Promise<void>, sound: Float32Array, piece = 320) {
  const pcm = pcmOf(sound);
  const seen: Promise<void>[] = [];
  for (let at = 0; at < pcm.length; at += piece) seen.push(feed(pcm.subarray(at, at + piece)));
  await Promise.all(seen);
}

describe('speech while it is spoken', () => {
  it.each([16_000, 48_000, 44_100])(
    'REC19 is told from silence by where it ended, at %i Hz',
    async (rate) => {
      await using one = detector();
      const { told, listening } = one.listen(rate);
      const word = await samplesOf(fixture('open-the-calculator'));
      const sound = joined([seconds(1), word, seconds(2)]);
      await play(listening.feed, rate === 16_000 ? sound : atRate(sound, 16_000, rate), rate / 50);
      const last = told.looks.at(-1)!;
      expect(last.analysed_ms).toBeGreaterThan(4_776 - 64);
      expect(told.looks.find(({ spoken_ms }) => spoken_ms !== null)!.analysed_ms).toBeGreaterThan(1_000);
      // The file has some silence of its own at its end.
      expect(last.spoken_ms).toBeGreaterThan(1_000 + 1_000);
      expect(last.spoken_ms).toBeLessThan(1_000 + 1_776 + 64);
      expect(told.failures).toEqual([]);
    },
  );

  it('REC19 begins anew with each sound, and says no more of one that has ended', async () => {
    await using one = detector();
    const first = one.listen();
    const word = await samplesOf(fixture('open-the-calculator'));
    await play(first.listening.feed, word);
    first.listening.end();
    const looks = first.told.looks.length;
    const second = one.listen();
    await play(first.listening.feed, word);
    await play(second.listening.feed, seconds(1));
    expect(first.told.looks).toHaveLength(looks);
    expect(second.told.looks.at(-1)).toEqual({ analysed_ms: 992, spoken_ms: null });
  });

  it('REC20 a process that is killed, or hangs, is told once and keeps nobody waiting; the next sound gets another', async () => {
    await using one = detector({ answerMs: 6_000 });
    for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
      const { told, listening } = one.listen();
      await listening.feed(pcmOf(seconds(0.1)));
      const pid = one.made.pid!;
      process.kill(pid, signal);
      await play(listening.feed, seconds(0.1));
      await until(() => told.failures.length > 0);
      await listening.feed(pcmOf(seconds(0.1)));
      expect(told.failures).toHaveLength(1);
      expect(one.made.pid).not.toBe(pid);
    }
    const { told, listening } = one.listen();
    await listening.feed(pcmOf(seconds(0.1)));
    expect([told.looks.length, told.failures]).toEqual([1, []]);
  }, 90_000);

  it('REC20 without the library, or with a file that is no detector, that is told', async () => {
    await using folder = await tempFolder();
    const hook = join(folder.path, 'hook.mjs');
    await writeFile(hook, LIBRARY_GONE);
    const broken = join(folder.path, 'broken.onnx');
    await writeFile(broken, 'no model');
    await using none = detector({ execArgv: [...TYPESCRIPT_ARGV, '--import', hook] });
    await using damaged = detector({ vad: broken });
    const [gone, bad] = [none.listen(), damaged.listen()];
    await gone.listening.feed(pcmOf(seconds(0.1)));
    await bad.listening.feed(pcmOf(seconds(0.1)));
    expect(gone.told.failures).toEqual([expect.stringContaining('npm install sherpa-onnx-node')]);
    expect(bad.told.failures).toHaveLength(1);
  });

  it('REC21 has a process only from the first sound on, until it is idle or closed', async () => {
    const one = detector({ idleMs: 50 });
    const mine = () => childrenWith('speech-main').length;
    expect([one.made.pid, mine()]).toEqual([undefined, 0]);
    const first = one.listen();
    await first.listening.feed(pcmOf(seconds(0.1)));
    first.listening.end();
    await until(() => one.made.pid === undefined && mine() === 0);
    expect(first.told.failures).toEqual([]);
    const second = one.listen();
    const waiting = second.listening.feed(pcmOf(seconds(0.1)));
    await one.made.close();
    await waiting;
    expect([mine(), second.told]).toEqual([0, { looks: [], failures: [] }]);
    await second.listening.feed(pcmOf(seconds(0.1)));
    expect(one.made.pid).toBeUndefined();
  });
});
