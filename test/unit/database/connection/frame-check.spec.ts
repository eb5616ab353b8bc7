import * as fc from 'fast-check';
import { isServerFrame } from '../../../../src/infra/database/connection/frames.ts';

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const text = (value: string): Buffer => Buffer.concat([u32(Buffer.byteLength(value)), Buffer.from(value)]);
const rowList = (...rows: Buffer[]): Buffer => {
  const offsets = Buffer.alloc(8 * rows.length);
  return Buffer.concat([
    Buffer.from([1]),
    u32(rows.length),
    offsets,
    u32(Buffer.concat(rows).length),
    ...rows,
  ]);
};
const table = (name: string): Buffer =>
  Buffer.concat([
    u32(4096),
    text(name),
    Buffer.alloc(8),
    u32(1),
    Buffer.from([0]),
    rowList(),
    rowList(Buffer.from('row')),
  ]);

const identityToken = Buffer.concat([Buffer.from([3]), Buffer.alloc(32), text('token'), Buffer.alloc(16)]);
const callEnd = [Buffer.alloc(56), text('save_setting'), u32(7), text('args'), u32(0), Buffer.alloc(24)];
const committed = Buffer.concat([
  Buffer.from([1, 0]),
  u32(2),
  table('settings'),
  table('event_log'),
  ...callEnd,
]);
const failed = Buffer.concat([Buffer.from([1, 1]), text('NOT_FOUND: no'), ...callEnd]);
const applied = Buffer.concat([Buffer.from([8]), Buffer.alloc(16), u32(1), table('settings')]);
const refused = Buffer.concat([
  Buffer.from([7]),
  Buffer.alloc(8),
  Buffer.from([1, 0]),
  u32(3),
  Buffer.from([1]),
  text('no such table'),
]);

describe('frames of the engine', () => {
  it.each(Object.entries({ identityToken, committed, failed, applied, refused }))(
    'LNK3 %s is let through whole, and refused when any part is missing or added',
    (_name, frame) => {
      expect(isServerFrame(frame)).toBe(true);
      for (let length = 0; length < frame.length; length++)
        expect(isServerFrame(frame.subarray(0, length))).toBe(false);
      expect(isServerFrame(Buffer.concat([frame, Buffer.from([0])]))).toBe(false);
    },
  );

  it('LNK3 a check never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => typeof isServerFrame(bytes) === 'boolean'),
    );
  });

  it('LNK3 a list that claims four billion rows is refused without walking them', () => {
    expect(isServerFrame(Buffer.concat([Buffer.from([8]), Buffer.alloc(16), u32(0xffffffff)]))).toBe(false);
  });
});
