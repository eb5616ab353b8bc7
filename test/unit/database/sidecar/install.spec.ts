import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CargoProgress } from '../../../../src/infra/database/sidecar/cargo-progress.ts';
import type { Progress } from '../../../../src/infra/process/progress.ts';
import { installSpacetimedb } from '../../../../src/infra/database/sidecar/install.ts';
import {
  findServer,
  parseVersion,
  serverVersion,
  spacetimedbStatus,
} from '../../../../src/infra/database/sidecar/server-binary.ts';
import { fakeProgram, fakeServer } from '../../../support/fake-program.ts';
import { isRunning, untilGone } from '../../../support/server-record.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

/** A cargo that writes down how it was called, and builds what `behaviour` says. */
async function fakeCargo(folder: string, behaviour: string): Promise<NodeJS.ProcessEnv> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await fakeProgram(
    bin,
    'cargo',
    `const fs = require('node:fs'), path = require('node:path'), { spawn } = require('node:child_process');
     const root = process.argv[process.argv.indexOf('--root') + 1];
     fs.writeFileSync(${JSON.stringify(join(folder, 'called'))}, JSON.stringify(process.argv.slice(2)));
     ${behaviour}`,
  );
  return { PATH: [bin, dirname(process.execPath)].join(delimiter), HOME: folder };
}

const BUILDS = `
  process.stderr.write('    Updating crates.io index\\n   Compiling spacetimedb-lib v1.2.0\\n');
  process.stderr.write('    Building [=====>        ] 12/345: serde, tokio\\r   Compil');
  setTimeout(() => {
    process.stderr.write('ing serde v1.0.0\\n    Building [============>] 345/345\\r');
    const server = path.join(root, 'bin', 'spacetimedb-standalone');
    fs.mkdirSync(path.dirname(server), { recursive: true });
    fs.mkdirSync(path.join(root, 'build'));
    fs.writeFileSync(server, '#!/bin/sh\\necho "spacetimedb tool version 1.2.0; lib"\\n', { mode: 0o755 });
  }, 20);`;

const onPosix = process.platform === 'win32' ? describe.skip : describe;

onPosix('heycat spacetimedb install', () => {
  it('ENG20 cargo builds the pinned version into the data folder, and its progress is told', async () => {
    await using folder = await tempFolder();
    const env = await fakeCargo(folder.path, BUILDS);
    const dataDir = join(folder.path, 'data folder; rm -rf x');
    const seen: Progress[] = [];
    const status = await installSpacetimedb({ dataDir, env, onProgress: (progress) => seen.push(progress) });
    const root = join(dataDir, 'engine');
    expect(status).toEqual({
      found: true,
      path: join(root, 'bin', 'spacetimedb-standalone'),
      source: 'data',
      version: '1.2.0',
    });
    expect(JSON.parse(await readFile(join(folder.path, 'called'), 'utf8'))).toEqual(
      [
        'install',
        'spacetimedb-standalone',
        '--version',
        '1.2.0',
        '--locked',
        '--root',
        root,
        '--target-dir',
      ].concat(join(root, 'build')),
    );
    expect(seen).toContainEqual({ step: 'Compiling', subject: 'spacetimedb-lib', done: 12, total: 345 });
    expect(seen.at(-1)).toEqual({ step: 'Compiling', subject: 'serde', done: 345, total: 345 });
    expect(existsSync(join(root, 'build'))).toBe(false);
  });

  it('ENG20 a server that is there already is answered and nothing is built', async () => {
    await using folder = await tempFolder();
    const env = await fakeCargo(folder.path, 'process.exit(1)');
    const server = await fakeServer(folder.path, '');
    const status = await installSpacetimedb({
      dataDir: folder.path,
      env: { ...env, HEYCAT_SPACETIMEDB_BIN: server },
    });
    expect(status).toEqual({ found: true, path: server, source: 'env', version: '9.8.7' });
    expect(existsSync(join(folder.path, 'called'))).toBe(false);
  });

  it('ENG20 without cargo the choices are named', async () => {
    await using folder = await tempFolder();
    const install = installSpacetimedb({ dataDir: folder.path, env: { PATH: folder.path } });
    await expect(install).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringMatching(/no cargo on the PATH.*rustup\.rs.*HEYCAT_SPACETIMEDB_BIN/s),
    });
  });

  it('ENG20 a failed build gives the reason cargo wrote', async () => {
    await using folder = await tempFolder();
    const env = await fakeCargo(
      folder.path,
      `process.stderr.write('   Compiling a v1.0.0\\nerror: no space left on device\\n'); process.exitCode = 101;`,
    );
    await expect(installSpacetimedb({ dataDir: folder.path, env })).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('error: no space left on device'),
    });
  });

  it('ENG20 a cancelled build ends cargo and the compilers it runs', async () => {
    await using folder = await tempFolder();
    const env = await fakeCargo(
      folder.path,
      `const compiler = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
       fs.writeFileSync(${JSON.stringify(join(folder.path, 'pids.tmp'))}, process.pid + ' ' + compiler.pid);
       fs.renameSync(${JSON.stringify(join(folder.path, 'pids.tmp'))}, ${JSON.stringify(join(folder.path, 'pids'))});
       setInterval(() => {}, 1000);`,
    );
    const controller = new AbortController();
    const install = installSpacetimedb({ dataDir: folder.path, env, signal: controller.signal });
    const refused = expect(install).rejects.toMatchObject({ code: 'CANCELLED' });
    while (!existsSync(join(folder.path, 'pids'))) await sleep(10);
    const pids = (await readFile(join(folder.path, 'pids'), 'utf8')).split(' ').map(Number);
    for (const pid of pids) expect(await isRunning(pid)).toBe(true);
    controller.abort();
    await refused;
    for (const pid of pids) await untilGone(pid);
  });

  it('ENG20 the last complaint survives any amount of output', () => {
    const progress = new CargoProgress();
    for (let line = 0; line < 1_000; line++) progress.feed(`noise ${line}\n`);
    progress.feed('error: the reason');
    expect(progress.complaint.split('\n')).toHaveLength(9);
    expect(progress.complaint).toMatch(/noise 999\nerror: the reason$/);
  });
});

onPosix('finding a server', () => {
  it('ENG19 HEYCAT_SPACETIMEDB_BIN comes first, then PATH, then the data folder', async () => {
    await using folder = await tempFolder();
    const [named, onPath, dataDir] = ['named', 'path', 'data'].map((name) => join(folder.path, name)) as [
      string,
      string,
      string,
    ];
    for (const path of [named, onPath, join(dataDir, 'engine', 'bin')])
      await mkdir(path, { recursive: true });
    const installed = await fakeServer(join(dataDir, 'engine', 'bin'), '');
    expect(await findServer(dataDir, { PATH: onPath })).toEqual({ path: installed, source: 'data' });
    const reachable = await fakeServer(onPath, '');
    expect(await findServer(dataDir, { PATH: onPath })).toEqual({ path: reachable, source: 'path' });
    const chosen = await fakeServer(named, '');
    expect(await findServer(dataDir, { PATH: onPath, HEYCAT_SPACETIMEDB_BIN: chosen })).toEqual({
      path: chosen,
      source: 'env',
    });
  });

  it('ENG19 a HEYCAT_SPACETIMEDB_BIN that is no program is refused, not passed over', async () => {
    await using folder = await tempFolder();
    const plain = join(folder.path, 'plain');
    await writeFile(plain, '');
    await chmod(plain, 0o600);
    for (const path of [plain, folder.path, join(folder.path, 'none')]) {
      await expect(findServer(folder.path, { HEYCAT_SPACETIMEDB_BIN: path })).rejects.toMatchObject({
        code: 'ENGINE_UNAVAILABLE',
        message: expect.stringContaining('HEYCAT_SPACETIMEDB_BIN'),
      });
    }
  });

  it('ENG19 folders and files that cannot be run are passed over on PATH', async () => {
    await using folder = await tempFolder();
    await mkdir(join(folder.path, 'spacetimedb-standalone'));
    expect(await spacetimedbStatus(folder.path, { PATH: folder.path })).toEqual({ found: false });
  });

  it('ENG19 the version is read from --version; another program is no server', async () => {
    expect(parseVersion('spacetimedb spacetimedb tool version 1.2.0; spacetimedb-lib version 1.2.0;')).toBe(
      '1.2.0',
    );
    expect(parseVersion('tool version 2.8.3-rc1; x')).toBe('2.8.3-rc1');
    expect(parseVersion('hello')).toBeUndefined();
    await expect(serverVersion(process.execPath)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
  });
});
