import { setImmediate as turn } from 'node:timers/promises';
import { SourceMicrophone } from '../../../../src/infra/voice/microphone/source-microphone.ts';
import { PreRollMicrophone } from '../../../../src/infra/voice/microphone/pre-roll-microphone.ts';
import { FakeSource } from '../../../support/fake-source.ts';
import { Heard } from '../../../support/heard.ts';

const times = { sameDeviceMs: 1_000, giveUpMs: 1_000, everyMs: 5 };
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => (from + i) % 30_000);

async function keptOpen() {
  const source = new FakeSource();
  source.present.add('usb').add(null);
  // 8,000 samples
  const microphone = new PreRollMicrophone(new SourceMicrophone(() => source, times), 500);
  await microphone.keepOpen('usb');
  return { source, microphone };
}

describe('a microphone with pre-roll', () => {
  it('MIC17 begins a take with the half second before it, and no more', async () => {
    const { source, microphone } = await keptOpen();
    for (let at = 0; at < 20_000; at += 300) source.give(...range(at, at + 300));
    const heard = new Heard();
    const capture = await microphone.open({ device: 'usb' }, heard);
    expect(heard.told).toEqual([]);
    source.give(...range(20_100, 20_200));
    await capture.stop();
    expect([...heard.pcm]).toEqual(range(12_100, 20_200));
    expect(source.opened).toEqual(['usb']);
    await microphone.close();
    expect(heard.told).toEqual(['samples', 'ended']);
  });

  it('MIC17 gives the next take nothing of the one before', async () => {
    const { source, microphone } = await keptOpen();
    const [first, second] = [new Heard(), new Heard()];
    const capture = await microphone.open({ device: 'usb' }, first);
    source.give(...range(0, 1_000));
    await capture.stop();
    source.give(...range(1_000, 1_100));
    await (await microphone.open({ device: 'usb' }, second)).stop();
    expect([first.count, [...second.pcm]]).toEqual([1_000, range(1_000, 1_100)]);
    await microphone.close();
  });

  it('MIC17 another device, and a second take at the same time, are opened as ever', async () => {
    const { source, microphone } = await keptOpen();
    await microphone.open({ device: 'usb' }, new Heard());
    await microphone.open({ device: null }, new Heard());
    await microphone.open({ device: 'usb' }, new Heard());
    expect(source.opened).toEqual(['usb', null, 'usb']);
    await microphone.keepOpen('usb');
    expect(source.opened).toHaveLength(3);
    await microphone.keepOpen(null);
    expect(source.opened.at(-1)).toBe(null);
    await microphone.close();
  });

  it('MIC17 tells a take when the device goes, and keeps nothing from before', async () => {
    const { source, microphone } = await keptOpen();
    source.give(1, 2, 3);
    source.lose('usb');
    source.present.add('usb');
    // Once in vain, then it is back.
    while (source.opened.length < 3) await turn();
    source.give(4);
    const heard = new Heard();
    await microphone.open({ device: 'usb' }, heard);
    source.lose('usb');
    await microphone.close();
    expect(heard.told).toEqual(['samples', 'interrupted', 'ended']);
    expect([...heard.pcm]).toEqual([4]);
  });

  it('MIC22 tells the first sample when the device gives one now, and not for what it gave before', async () => {
    const { source, microphone } = await keptOpen();
    source.give(1, 2);
    const heard = new Heard();
    await microphone.open({ device: 'usb' }, heard);
    await turn();
    expect(heard.count).toBe(0);
    source.give(3);
    expect([...heard.pcm]).toEqual([1, 2, 3]);
    await microphone.close();
  });

  it('MIC22 lets go of a device at once, but never of one that a take is recorded from', async () => {
    const { source, microphone } = await keptOpen();
    await microphone.release();
    expect(source.stopped).toBe(1);
    for (const change of [() => microphone.release(), () => microphone.keepOpen(null)]) {
      await microphone.keepOpen('usb');
      const stopped = source.stopped;
      const heard = new Heard();
      const capture = await microphone.open({ device: 'usb' }, heard);
      const { current: usb } = source;
      await change();
      void usb!.samples(Int16Array.of(7));
      expect([source.stopped, heard.count]).toEqual([stopped, 1]);
      await capture.stop();
      expect([source.stopped, heard.told]).toEqual([stopped + 1, ['samples', 'ended']]);
    }
    await microphone.close();
    const opened = source.opened.length;
    await microphone.keepOpen('usb');
    expect(source.opened).toHaveLength(opened);
  });
});
