import { setTimeout as sleep } from 'node:timers/promises';
import { ReopeningCapture } from '../../../../src/infra/voice/microphone/source-microphone.ts';
import { FakeSource } from '../../../support/fake-source.ts';
import { Heard } from '../../../support/heard.ts';

const times = { sameDeviceMs: 60, giveUpMs: 200, everyMs: 5 };

async function started(device: string | null, stallMs?: number) {
  const source = new FakeSource(stallMs);
  source.present.add('usb').add(null);
  const heard = new Heard();
  const capture = await ReopeningCapture.open({ source, device, times }, heard);
  source.give(1, 2);
  return { source, heard, capture };
}

describe('a device that goes', () => {
  it('MIC6 and comes back goes on in the same capture', async () => {
    const { source, heard, capture } = await started('usb');
    source.lose('usb');
    source.present.add('usb');
    await heard.until(() => heard.told.includes('resumed'));
    source.give(3);
    await capture.stop();
    expect(heard.told).toEqual(['samples', 'interrupted', 'resumed', 'samples', 'ended']);
    expect([...heard.pcm]).toEqual([1, 2, 3]);
    expect(new Set(source.opened)).toEqual(new Set(['usb']));
  });

  it('MIC6 and stays away gives way to the default one after a while', async () => {
    const { source, heard, capture } = await started('usb');
    source.lose('usb');
    const lostAt = performance.now();
    await heard.until(() => heard.told.includes('resumed'));
    expect(performance.now() - lostAt).toBeGreaterThanOrEqual(times.sameDeviceMs);
    expect(source.opened.indexOf(null)).toBe(source.opened.length - 1);
    expect(source.opened.slice(1, -1).every((device) => device === 'usb')).toBe(true);
    await capture.stop();
  });

  it('MIC7 ends the capture with what there is when nothing takes its place', async () => {
    const { source, heard, capture } = await started('usb');
    source.present.delete(null);
    source.lose('usb');
    await heard.until(() => heard.end !== undefined);
    expect(heard.end).toMatchObject({
      reason: 'device_lost',
      message: expect.stringMatching(/unplugged/) as string,
    });
    expect([...heard.pcm]).toEqual([1, 2]);
    await capture.stop();
    expect(heard.told).toEqual(['samples', 'interrupted', 'ended']);
  });

  it('MIC7 and is stopped meanwhile ends at once, and is not opened any more', async () => {
    const { source, heard, capture } = await started('usb');
    source.present.delete(null);
    source.lose('usb');
    await capture.stop();
    expect(heard.end).toEqual({ reason: 'stopped' });
    const tries = source.opened.length;
    source.present.add('usb');
    await sleep(100);
    expect(source.opened.length).toBe(tries);
    expect(heard.told).toEqual(['samples', 'interrupted', 'ended']);
  });

  it('MIC8 counts as gone when it gives nothing more', async () => {
    const { source, heard, capture } = await started(null, 80);
    const silent = source.current;
    await heard.until(() => heard.told.includes('resumed'));
    // What it says afterwards belongs to nobody.
    void silent!.samples(Int16Array.of(9));
    silent!.ended({ reason: 'exhausted' });
    source.give(3);
    await capture.stop();
    expect([...heard.pcm]).toEqual([1, 2, 3]);
    expect(heard.told.slice(0, 4)).toEqual(['samples', 'interrupted', 'resumed', 'samples']);
  });

  it('MIC8 has four times as long to begin', async () => {
    const source = new FakeSource(80);
    source.present.add(null);
    const heard = new Heard();
    const capture = await ReopeningCapture.open({ source, device: null, times }, heard);
    const openedAt = performance.now();
    await heard.until(() => heard.told.includes('interrupted'));
    expect(performance.now() - openedAt).toBeGreaterThan(300);
    await capture.stop();
  });

  it('MIC8 is not gone because the process was held up', async () => {
    const { source, heard, capture } = await started(null, 80);
    for (const end = performance.now() + 200; performance.now() < end;);
    source.give(3);
    await capture.stop();
    expect(heard.told).toEqual(['samples', 'ended']);
  });

  it('MIC15 overflows are told where they were', async () => {
    const { source, heard, capture } = await started(null);
    source.current!.overflow();
    source.give(3);
    await capture.stop();
    expect(heard.told).toEqual(['samples', 'overflow', 'samples', 'ended']);
  });
});
