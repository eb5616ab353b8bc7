import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chooseEngine } from '../../../src/infra/database/choose-engine.ts';
import { describeWithServer, serverBinary } from '../../support/spacetimedb.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { runTypescript } from '../../support/typescript-child.ts';

async function run(...binary: string[]): Promise<unknown> {
  await using folder = await tempFolder();
  const { child, line } = await runTypescript('./run-heycat.ts', [folder.path, ...binary]);
  if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
  return JSON.parse(line);
}

describe('the engine that runs where none is named', () => {
  it('EMB16 is the embedded one where no server is found', async () => {
    const found = await run();
    expect(found).toMatchObject({
      engine: { kind: 'embedded', state: 'ready' },
      settings: { theme: 'dark' },
      seq: 1,
    });
  });
});

describeWithServer('the engine that runs where none is named, beside a server', () => {
  it('EMB16 is the sidecar where a server is found', async () => {
    expect(await run(serverBinary())).toMatchObject({ engine: { kind: 'sidecar', state: 'ready' } });
  });
});

describe('the engine of a folder that has data', () => {
  it.each(['embedded', 'sidecar'] as const)(
    'EMB17 stays the %s one, whatever is found later',
    async (kind) => {
      await using folder = await tempFolder();
      await mkdir(join(folder.path, 'engine', kind), { recursive: true });
      expect((await chooseEngine('auto', folder.path)).status.kind).toBe(kind);
    },
  );

  it('EMB17 is the one that is named, and one that does not exist is refused', async () => {
    await using folder = await tempFolder();
    expect((await chooseEngine('embedded', folder.path)).status.kind).toBe('embedded');
    expect((await chooseEngine('sidecar', folder.path)).status.kind).toBe('sidecar');
    await expect(chooseEngine('remote', folder.path)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
