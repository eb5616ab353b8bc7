import { setTimeout as sleep } from 'node:timers/promises';
import type { Microphone } from '../../src/dictation/ports/microphone.ts';
import { Heard } from '../support/heard.ts';
import { sharesOf } from '../support/tone.ts';

/** A microphone whose device hears a tone of TONE_HZ. */
export interface MicrophoneHarness extends AsyncDisposable {
  microphone: Microphone;
  device: string | null;
  /** One that is not there. */
  missing: string;
}

/** A microphone that records by a process of its own. */
export interface ChildMicrophoneHarness extends MicrophoneHarness {
  /** Kills that process. */
  crash(): void;
}

const SECOND = 16_000;

export function describeMicrophoneContract(name: string, start: () => Promise<MicrophoneHarness>): void {
  describe(`the microphone «${name}»`, () => {
    it('MIC1 gives what is heard as samples at 16 kHz, none before it has answered', async () => {
      await using harness = await start();
      const heard = new Heard();
      const capture = await harness.microphone.open({ device: harness.device }, heard);
      expect(heard.told).toEqual([]);
      expect(capture.sampleRate).toBe(SECOND);
      await heard.samplesOf(SECOND);
      await capture.stop();
      const shares = sharesOf(heard.pcm);
      expect(shares.filter((share) => share > 0.95).length).toBeGreaterThan(shares.length / 2);
    });

    it('MIC2 tells its end once, after the last sample, however often it is stopped', async () => {
      await using harness = await start();
      const heard = new Heard();
      const capture = await harness.microphone.open({ device: harness.device }, heard);
      await heard.samplesOf(SECOND / 10);
      await Promise.all([capture.stop(), capture.stop()]);
      expect(heard.end).toEqual({ reason: 'stopped' });
      const { count } = heard;
      await capture.stop();
      await sleep(50);
      expect(heard.told).toEqual(['samples', 'ended']);
      expect(heard.count).toBe(count);
    });

    it('MIC2 can be opened again, and lets go of all captures when it is closed', async () => {
      await using harness = await start();
      const first = new Heard();
      await (await harness.microphone.open({ device: harness.device }, first)).stop();
      const second = new Heard();
      await harness.microphone.open({ device: harness.device }, second);
      await second.samplesOf(SECOND / 10);
      await harness.microphone.close();
      expect(second.end).toEqual({ reason: 'stopped' });
    });

    it('MIC3 refuses a device that is not there, and tells nothing', async () => {
      await using harness = await start();
      const heard = new Heard();
      await expect(harness.microphone.open({ device: harness.missing }, heard)).rejects.toMatchObject({
        code: 'DEVICE_UNAVAILABLE',
        message: expect.stringMatching(/\.$/) as string,
      });
      expect(heard.told).toEqual([]);
    });

    it('MIC4 lists devices by names that open them', async () => {
      await using harness = await start();
      const devices = await harness.microphone.devices();
      expect(devices.length).toBeGreaterThan(0);
      expect(new Set(devices.map((device) => device.name)).size).toBe(devices.length);
      expect(devices.filter((device) => device.is_default)).toHaveLength(1);
      for (const device of devices) {
        expect(device.sample_rate).toBeGreaterThan(0);
        expect(device.channels).toBeGreaterThan(0);
      }
    });
  });
}

export function describeChildMicrophoneContract(
  name: string,
  start: () => Promise<ChildMicrophoneHarness>,
): void {
  describeMicrophoneContract(name, start);

  it(`MIC5 «${name}» goes on in the same capture after its process was killed`, async () => {
    await using harness = await start();
    const heard = new Heard();
    const capture = await harness.microphone.open({ device: harness.device }, heard);
    for (let kill = 1; kill <= 2; kill++) {
      await heard.samplesOf(heard.count + SECOND / 2);
      const { count } = heard;
      harness.crash();
      await heard.until(() => heard.told.filter((what) => what === 'resumed').length === kill);
      await heard.samplesOf(count + SECOND / 2);
    }
    await capture.stop();
    const part = ['samples', 'interrupted', 'resumed'];
    expect(heard.told).toEqual([...part, ...part, 'samples', 'ended']);
    const shares = sharesOf(heard.pcm);
    expect(shares.filter((share) => share > 0.9).length).toBeGreaterThan(shares.length / 2);
  });
}
