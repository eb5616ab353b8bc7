import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NaudiodonSource } from '../../../../src/infra/voice/microphone/naudiodon/naudiodon-source.ts';
import { SourceMicrophone } from '../../../../src/infra/voice/microphone/source-microphone.ts';
import { childrenWith } from '../../../support/child-processes.ts';
import { TYPESCRIPT_ARGV } from '../../../support/embedded-harness.ts';
import { Heard } from '../../../support/heard.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { shareOf } from '../../../support/tone.ts';

/** A stand-in for naudiodon's compiled part, for what real devices do rarely. */
const addon = (create: string) => `
  const fs = require('node:fs');
  exports.getDevices = () => [{ id: 4, name: 'mic', maxInputChannels: 2, defaultSampleRate: 48000, hostAPIName: 'ALSA' }];
  exports.getHostAPIs = () => ({ defaultHostAPI: 0, HostAPIs: [{ id: 0, name: 'ALSA', defaultInput: 4 }] });
  fs.writeSync(1, 'PortAudio V19\\n');
  fs.writeSync(2, 'ALSA lib says much\\n');
  exports.create = ({ inOptions }) => { ${create} };`;

/** Gives a tone at whatever rate it was opened with, as fast as it is read. */
const playing = `
  let n = 0, over = false;
  return {
    start() {},
    async quit() { over = true; },
    async read(bytes) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      const buf = Buffer.alloc(over ? 0 : bytes);
      for (let at = 0; at < buf.length; n++) for (let c = 0; c < inOptions.channelCount; c++, at += 2)
        buf.writeInt16LE(Math.round(10000 * Math.sin(2 * Math.PI * 440 * n / inOptions.sampleRate)), at);
      HOOK
      return { buf, finished: over };
    },
  };`;

async function microphone(create: string, times?: ConstructorParameters<typeof SourceMicrophone>[1]) {
  const folder = await tempFolder();
  const path = join(folder.path, 'naudiodon.cjs');
  await writeFile(path, addon(create));
  const source = new NaudiodonSource({ path, execArgv: TYPESCRIPT_ARGV });
  const opened = new SourceMicrophone(() => source, times);
  return {
    microphone: opened,
    [Symbol.asyncDispose]: async () => {
      await opened.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** A process that was killed takes a moment to go. */
async function allGone(): Promise<void> {
  while (childrenWith('naudiodon/child').length > 0) await sleep(10);
}

const refusal = (message: string) => ({ code: 'DEVICE_UNAVAILABLE', message });

describe('the child that records', () => {
  it('MIC15 tells an overflow when it happens, and goes on', async () => {
    const hook = `if (n === 320 * 20) fs.writeSync(1, 'AudioIO: portAudio status - input overflow \\n');`;
    await using parts = await microphone(playing.replace('HOOK', hook));
    const heard = new Heard();
    await parts.microphone.open({ device: null }, heard);
    await heard.until(() => heard.told.includes('overflow'));
    const { count } = heard;
    await heard.samplesOf(count + 320 * 5);
    expect(heard.told).toEqual(['samples', 'overflow', 'samples']);
  });

  it('MIC10 opens a device at its own rate and channels where it has no other', async () => {
    const picky = `if (inOptions.sampleRate !== 48000 || inOptions.channelCount !== 2) throw new Error('Format not supported');`;
    await using parts = await microphone(picky + playing.replace('HOOK', ''));
    const heard = new Heard();
    const capture = await parts.microphone.open({ device: 'mic' }, heard);
    await heard.samplesOf(8_000);
    await capture.stop();
    expect(shareOf(heard.pcm.subarray(1_600))).toBeGreaterThan(0.99);
  });

  it.each([
    ['throws', `throw new Error('Device busy');`, 'Device busy'],
    ['crashes', 'process.abort();', 'The audio device is gone, or its driver crashed.'],
  ])('MIC14 that %s while it opens a device is a refusal', async (_, create, message) => {
    await using parts = await microphone(create);
    await expect(parts.microphone.open({ device: null }, new Heard())).rejects.toMatchObject(
      refusal(message),
    );
    await allGone();
  });

  it('MIC14 that crashes while it records is started again, without a word on our stdout', async () => {
    const hook = 'if (n > 320 * 20) process.abort();';
    const times = { sameDeviceMs: 50, giveUpMs: 5_000, everyMs: 5 };
    await using parts = await microphone(playing.replace('HOOK', hook), times);
    const heard = new Heard();
    const capture = await parts.microphone.open({ device: null }, heard);
    await heard.until(() => heard.told.filter((told) => told === 'resumed').length === 2);
    await capture.stop();
    expect(heard.told.slice(0, 5)).toEqual(['samples', 'interrupted', 'resumed', 'samples', 'interrupted']);
  });

  it('MIC14 that does not answer any more is ended', async () => {
    await using parts = await microphone(playing.replace('HOOK', 'if (n > 320 * 5) for (;;);'));
    const heard = new Heard();
    const capture = await parts.microphone.open({ device: null }, heard);
    await heard.samplesOf(320 * 3);
    await capture.stop();
    expect(heard.end).toEqual({ reason: 'stopped' });
    await allGone();
  });

  it('MIC3 refuses a device that it does not list', async () => {
    await using parts = await microphone(playing);
    await expect(parts.microphone.open({ device: 'other' }, new Heard())).rejects.toMatchObject(
      refusal('There is no audio input device «other»; `list_audio_devices` lists them.'),
    );
  });
});
