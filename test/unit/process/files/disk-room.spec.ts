import { tmpdir } from 'node:os';
import { DiskRoom } from '../../../../src/infra/process/files/disk-room.ts';

const MIB = 1024 * 1024;

describe('the room on the disk', () => {
  it('JRN19 too little is told with what to do, and is over when there is room', () => {
    let [free, now] = [63 * MIB, 0];
    const room = new DiskRoom('/data', { probe: () => free, now: () => now });
    expect(room.shortage).toContain('Only 63 MiB are free for /data');
    expect(() => room.assertEnough()).toThrow(
      expect.objectContaining({
        code: 'QUEUE_FULL',
        retryable: true,
        details: { outcome: 'not_sent', reason: 'disk_full' },
      }),
    );
    free = 64 * MIB;
    now += 250;
    expect(room.shortage).toBeUndefined();
    room.assertEnough();
  });

  it('JRN19 the disk is looked at a few times a second at most, however much is asked', () => {
    let [looks, now] = [0, 0];
    const room = new DiskRoom('/data', { probe: () => (looks += 1) * 1e12, now: () => now });
    for (; now < 1_000; now += 1) room.assertEnough();
    expect(looks).toBe(4);
  });

  it('JRN19 a system that does not tell is taken to have room; this one tells', () => {
    const silent = new DiskRoom('/data', {
      probe: () => {
        throw new RangeError('not known');
      },
    });
    expect(silent.shortage).toBeUndefined();
    expect(new DiskRoom(tmpdir(), { floorBytes: 2 ** 60 }).shortage).toContain(tmpdir());
  });
});
