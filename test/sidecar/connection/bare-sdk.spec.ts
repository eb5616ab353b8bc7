import { describeWithServer } from '../../support/spacetimedb.ts';
import { runTypescript } from '../../support/typescript-child.ts';

describeWithServer('the bare SDK, which the connection must survive', () => {
  let found: Record<string, unknown>;
  beforeAll(async () => {
    const { line } = await runTypescript('./bare-sdk-traps.ts', []);
    found = JSON.parse(line) as Record<string, unknown>;
  });

  it('LNK1 hears nothing more after one exception in a callback', () => {
    expect(found).toMatchObject({ hearsBefore: true, hearsAfterException: false });
    expect(found['rejections']).toBeGreaterThan(0);
  });

  it('LNK3 hears nothing more after one bad frame', () => {
    expect(found).toMatchObject({ hearsAfterBadFrame: false });
  });

  it('LNK4 still believes itself connected when the server is gone, and drops a write without a word', () => {
    expect(found).toMatchObject({ disconnects: 0, isActive: true, callThrew: false });
  });

  it('LNK6 tells every row of a new connection as if it were new', () => {
    expect(found['toldAgain']).toBe(found['saved']);
  });
});
