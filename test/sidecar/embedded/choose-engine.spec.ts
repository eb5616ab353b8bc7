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
