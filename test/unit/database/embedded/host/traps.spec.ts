import { readFile } from 'node:fs/promises';
import { KITCHEN_SINK } from '../../../../../scripts/module-digest.mjs';
import { openModuleHost } from '../../../../../src/infra/database/embedded/host/open-module-host.ts';
import type { ModuleHost } from '../../../../../src/infra/database/embedded/module-host.ts';
import { row, text, u32, u8 } from './bsatn.ts';

const caller = {
  identity: new Uint8Array(32).fill(7),
  connectionId: new Uint8Array(16).fill(8),
  timestampMicros: 1n,
};
const thing = row(
  Buffer.alloc(8),
  text('code'),
  u32(1),
  Buffer.alloc(8),
  text('label'),
  u8(1),
  Buffer.alloc(32),
);

async function openKitchenSink(): Promise<{ host: ModuleHost; said: string[] }> {
  const said: string[] = [];
  const host = await openModuleHost({
    wasm: await readFile(KITCHEN_SINK.wasm),
    folder: undefined,
    databaseIdentity: new Uint8Array(32).fill(1),
    owner: new Uint8Array(32).fill(2),
    onLog: (level, line) => said.push(`${level} ${line}`),
  });
  return { host, said };
}

function everything(host: ModuleHost): string[] {
  return host.schema.tables.flatMap((table) =>
    [...host.scan(table)].map((each) => `${table.name} ${Buffer.from(each).toString('hex')}`),
  );
}

describe('a module written in Rust that fails', () => {
  it.each([
    ['a panic', 'panic_with', text('oh no'), 'oh no'],
    ['an unreachable instruction', 'hit_unreachable', Buffer.alloc(0), 'unreachable'],
    ['a division by zero', 'divide', row(u32(1), u32(0)), 'divide by zero'],
    ['an index out of bounds', 'look_up', u32(3), 'index out of bounds'],
    ['a recursion without end', 'recurse', row(u8(1), u8(0)), 'Maximum call stack size exceeded'],
    ['a recursion that outgrows its stack', 'recurse', row(u8(1), u8(1)), 'memory access out of bounds'],
    ['more memory than there is', 'allocate', u8(1), 'unreachable'],
    ['more memory than can be named', 'allocate_absurdly', Buffer.alloc(0), 'capacity overflow'],
    ['a panic after writing', 'write_then', row(thing, u8(2)), 'after writing'],
    ['a trap after writing', 'write_then', row(thing, u8(3)), 'unreachable'],
  ])(
    'HST4 %s undoes everything, is logged with its cause, and the next call works',
    async (_, name, args, cause) => {
      const { host, said } = await openKitchenSink();
      const committed = { committed: expect.any(Array) };
      expect(host.call('write_then', row(thing, u8(0)), caller)).toEqual(committed);
      const before = everything(host);
      const fatal = { failed: 'The Wasm instance encountered a fatal error.' };
      expect(host.call(name, args, caller)).toEqual(fatal);
      expect(said.join('\n')).toContain(cause);
      expect(everything(host)).toEqual(before);
      expect(host.call('count_all', new Uint8Array(), caller)).toEqual(committed);
      await host.close();
    },
  );

  it('HST4 a thousand traps in a row leave no instance behind', async () => {
    const { host } = await openKitchenSink();
    for (let n = 0; n < 1_000; n++) host.call('hit_unreachable', new Uint8Array(), caller);
    expect(host.call('count_all', new Uint8Array(), caller)).toHaveProperty('committed');
    await host.close();
  });
});
