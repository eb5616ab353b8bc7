import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  describeChildMicrophoneContract,
  type ChildMicrophoneHarness,
} from '../contract/microphone.contract.ts';
import { naudiodonPath } from '../../src/infra/voice/microphone/naudiodon/native.ts';
import { NaudiodonSource } from '../../src/infra/voice/microphone/naudiodon/naudiodon-source.ts';
import { installedPrograms } from '../../src/infra/voice/microphone/installed-programs.ts';
import type { PcmSource } from '../../src/infra/voice/microphone/pcm-source.ts';
import { SourceMicrophone } from '../../src/infra/voice/microphone/source-microphone.ts';
import { childrenWith, runs } from '../support/child-processes.ts';
import { TYPESCRIPT_ARGV } from '../support/embedded-harness.ts';
import { describeWith } from '../support/needs.ts';
import { Heard } from '../support/heard.ts';
import { sharesOf } from '../support/tone.ts';
import { hasPulseAudio, pulseAudio } from '../support/pulse-audio.ts';

const advice =
  'they need naudiodon, and PulseAudio: `apt-get install pulseaudio pulseaudio-utils libasound2-plugins`.';
const naudiodon = (env: NodeJS.ProcessEnv) => new NaudiodonSource({ env, execArgv: TYPESCRIPT_ARGV });

async function harnessOf(
  sourceOf: (env: NodeJS.ProcessEnv) => PcmSource,
  command: string,
): Promise<ChildMicrophoneHarness> {
  const sound = await pulseAudio();
  const source = sourceOf(sound.env);
  const microphone = new SourceMicrophone(() => source);
  return {
    microphone,
    device: null,
    missing: 'no such device',
    crash: () => {
      const pids = childrenWith(command);
      expect(pids).toHaveLength(1);
      process.kill(pids[0]!, 'SIGKILL');
    },
    [Symbol.asyncDispose]: async () => {
      await microphone.close();
      await sound[Symbol.asyncDispose]();
    },
  };
}

describeWith({ found: hasPulseAudio && naudiodonPath() !== undefined, advice }, 'with a sound server', () => {
  describeChildMicrophoneContract('naudiodon', () => harnessOf(naudiodon, 'naudiodon/child'));
  describeChildMicrophoneContract('parec', () =>
    harnessOf((env) => installedPrograms(env, 'linux')[0]!, 'parec --raw'),
  );

  it('MIC14 nothing of PortAudio reaches our stdout and stderr, and its process ends with ours', async () => {
    await using sound = await pulseAudio();
    const host = spawn(
      process.execPath,
      [...TYPESCRIPT_ARGV, fileURLToPath(new URL('../support/microphone-host.ts', import.meta.url))],
      { env: sound.env, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let said = '';
    const note = (text: Buffer) => (said += text.toString());
    host.stdout.on('data', note);
    host.stderr.on('data', note);
    while (!said.includes('\n')) await sleep(20);
    expect(said).toMatch(/^\d+\n$/);
    expect(runs(Number(said))).toBe(true);
    host.kill('SIGKILL');
    while (runs(Number(said))) await sleep(20);
  });

  it('MIC6 a capture goes on after the sound server was away', async () => {
    await using sound = await pulseAudio();
    const source = naudiodon(sound.env);
    const microphone = new SourceMicrophone(() => source);
    const heard = new Heard();
    const capture = await microphone.open({ device: 'default' }, heard);
    await heard.samplesOf(8_000);
    await sound.kill();
    await heard.until(() => heard.told.includes('interrupted'));
    await sound.start();
    await heard.until(() => heard.told.includes('resumed'));
    const { count } = heard;
    await heard.samplesOf(count + 8_000);
    await capture.stop();
    expect(heard.told).toEqual(['samples', 'interrupted', 'resumed', 'samples', 'ended']);
    expect(sharesOf(heard.pcm).filter((share) => share > 0.9).length).toBeGreaterThan(5);
  });
});
