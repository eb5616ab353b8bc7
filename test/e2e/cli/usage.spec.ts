import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageVersion } from '../../../src/infra/process/version.ts';
import { cliPlace, COMMAND, isAlive, nowhere, until } from '../../support/cli.ts';
import { fakeProgram, fakeServer } from '../../support/fake-program.ts';

const COMMANDS = ['start', 'stop', 'status', 'call', 'tail', 'queue', 'demo', 'doctor', 'spacetimedb'];
/** Commands that only hold others. */
const GROUPS = ['queue', 'spacetimedb'];

describe('heycat without a service', () => {
  it('CLI1 --help lists every command, and each has its own help with examples', async () => {
    await using place = await cliPlace();
    const { code, stdout, stderr } = await place.run('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    const helps = await Promise.all(
      [...COMMANDS.filter((command) => !GROUPS.includes(command)), 'spacetimedb install', 'queue retry'].map(
        (command) => place.run(...command.split(' '), '--help'),
      ),
    );
    for (const help of helps) {
      expect(help.code).toBe(0);
      expect(help.stdout).toContain('Examples:');
    }
  });

  it('CLI1 --version prints the version of the package', async () => {
    await using place = await cliPlace();
    expect(await place.run('--version')).toEqual({ code: 0, stdout: `${packageVersion()}\n`, stderr: '' });
  });

  it.each([
    [['statsu'], 'Did you mean status?'],
    [['status', '--jsno'], 'Did you mean --json?'],
    [['call'], 'method'],
    [['call', 'list_recordings', '{"limit": }'], 'not valid JSON'],
    [['call', 'list_recordings', '[1]'], 'must be a JSON object'],
    [['tail', '--from', '-1'], 'positive integer'],
    [['start', '--engine', 'cloud'], 'sidecar'],
    [['start', '--log-level', 'loud'], 'info'],
    [[], 'Usage: heycat'],
  ])('CLI2 wrong usage %j ends 2, says why on stderr and nothing on stdout', async (args, why) => {
    await using place = await cliPlace();
    const { code, stdout, stderr } = await place.run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(why);
  });

  it.each([['stop'], ['status'], ['call', 'get_status'], ['tail'], ['queue', 'list']])(
    'CLI3 %s ends 3 when no service runs, and says how to start one',
    async (...args) => {
      await using place = await cliPlace();
      const { code, stdout, stderr } = await place.run(...args);
      expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
      expect(stderr).toContain('`heycat start` starts one');
      const asJson = await place.run(...args, '--json');
      expect(asJson.code).toBe(3);
      expect(JSON.parse(asJson.stderr)).toMatchObject({ error: { code: 'NOT_READY' } });
    },
  );

  it('CLI4 stop signals nobody when a leftover announcement names the pid of a stranger', async () => {
    await using place = await cliPlace();
    await mkdir(place.runtimeDir, { mode: 0o700 });
    const announcement = {
      socket: join(place.runtimeDir, 'heycat.sock'),
      pid: process.pid,
      instance_id: 'x',
    };
    const tokenFile = join(place.runtimeDir, 'token');
    await writeFile(tokenFile, 'ab'.repeat(32));
    await writeFile(
      join(place.runtimeDir, 'runtime.json'),
      JSON.stringify({ ...announcement, token_file: tokenFile }),
    );
    let signals = 0;
    const count = () => (signals += 1);
    process.on('SIGTERM', count);
    try {
      expect((await place.run('stop')).code).toBe(3);
      expect(signals).toBe(0);
    } finally {
      process.off('SIGTERM', count);
    }
  });

  it('CLI5 start offers the engines that this version has, and rejects any other as incorrect usage', async () => {
    await using place = await cliPlace();
    const help = (await place.run('start', '--help')).stdout.replaceAll(/\s+/g, ' ');
    expect(help).toContain(
      '--engine <kind> The database engine to use. (choices: "auto", "embedded", "sidecar",',
    );
    const { code, stdout, stderr } = await place.run('start', '--engine', 'remote');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/'remote' is invalid\. Allowed choices are auto, embedded, sidecar/);
  });

  it('CLI6 --exit-with-parent is refused where standard input is no pipe', async () => {
    await using place = await cliPlace();
    const { status, stderr } = spawnSync(process.execPath, [COMMAND, 'start', '--exit-with-parent'], {
      env: place.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toContain('needs a pipe as standard input');
  });
});

describe('heycat doctor', () => {
  it('CLI15 ends 0 when all that is required is there, and makes nothing', async () => {
    await using place = await cliPlace();
    const server = await fakeServer(place.root, '');
    const before = await readdir(place.root);
    const { ended } = place.spawn(['doctor'], { HEYCAT_SPACETIMEDB_BIN: server });
    const { code, stdout, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^✓ server +SpacetimeDB 9\.8\.7/m);
    expect(stdout).toMatch(/^– service/m);
    expect(await readdir(place.root)).toEqual(before);
  });

  it('CLI16 names each fault with what to do, and ends 1', async () => {
    await using place = await cliPlace();
    // A server's data, and no server.
    await mkdir(join(place.dataDir, 'engine', 'sidecar'), { recursive: true });
    await chmod(place.dataDir, 0o755);
    const env = { HEYCAT_SPACETIMEDB_BIN: '', PATH: place.root, HOME: place.root, XDG_DATA_HOME: place.root };
    const { code, stdout } = await place.spawn(['doctor', '--json'], env).ended;
    expect(code).toBe(1);
    const { ok, checks } = JSON.parse(stdout) as {
      ok: boolean;
      checks: { name: string; state: string; text: string; advice?: string }[];
    };
    expect(ok).toBe(false);
    const faults = Object.fromEntries(
      checks
        .filter(({ state }) => state === 'fault')
        .map(({ name, text, advice }) => [name, `${text} ${advice}`]),
    );
    expect(Object.keys(faults).sort()).toEqual(['data folder', 'server']);
    expect(faults['data folder']).toContain('chmod 700');
    expect(faults['server']).toContain('https://rustup.rs');
  });
});

describe('heycat spacetimedb', () => {
  it('CLI17 status tells the server that a start would use, and ends 1 without one', async () => {
    await using place = await cliPlace();
    const none = await place.spawn(['spacetimedb', 'status'], nowhere(place.root)).ended;
    expect(none).toMatchObject({ code: 1, stdout: expect.stringContaining('heycat spacetimedb install') });
    const server = await fakeServer(place.root, '');
    const found = await place.spawn(['spacetimedb', 'status', '--json'], nowhere(place.root)).ended;
    expect(found.code).toBe(0);
    expect(JSON.parse(found.stdout)).toEqual({ found: true, path: server, source: 'path', version: '9.8.7' });
  });

  it('CLI18 install says what it will do, shows progress on stderr, and answers with the server', async () => {
    await using place = await cliPlace();
    // Where nobody looks for it, until cargo has put it in its place.
    const made = join(place.root, 'made');
    await mkdir(made);
    const server = await fakeServer(made, '');
    await fakeProgram(
      place.root,
      'cargo',
      `const fs = require('node:fs'), path = require('node:path');
       const root = process.argv[process.argv.indexOf('--root') + 1];
       process.stderr.write('   Compiling one v1.0.0\\n    Building [=>  ] 1/2: two\\r    Building [==>] 2/2: two\\r');
       fs.mkdirSync(path.join(root, 'bin'), { recursive: true });
       fs.renameSync(${JSON.stringify(server)}, path.join(root, 'bin', 'spacetimedb-standalone'));`,
    );
    const { code, stdout, stderr } = await place.spawn(['spacetimedb', 'install'], nowhere(place.root)).ended;
    expect(stderr).toMatch(/Building version 1\.2\.0 with cargo .* quarter of an hour. Ctrl-C cancels it/);
    expect(stderr).toContain('2/2');
    expect(stderr + stdout).not.toContain('\u001b');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining('SpacetimeDB 9.8.7') as unknown,
    });
    expect((await stat(join(place.dataDir, 'engine'))).mode & 0o777).toBe(0o700);
  });

  it('CLI19 Ctrl-C ends the build with everything that cargo runs, and ends 1', async () => {
    await using place = await cliPlace();
    await fakeProgram(
      place.root,
      'cargo',
      `const { spawn } = require('node:child_process');
       const compiler = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
       process.stderr.write('   Compiling compiler-' + compiler.pid + ' v1.0.0\\n');
       setInterval(() => {}, 1000);`,
    );
    const run = place.spawn(['spacetimedb', 'install'], nowhere(place.root));
    await run.until('stderr', /Compiling compiler-\d+\n/);
    const compiler = Number(/compiler-(\d+)/.exec(run.stderr)![1]);
    run.child.kill('SIGINT');
    const { code, stdout, stderr } = await run.ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('CANCELLED: The build was ended');
    await until(() => !isAlive(compiler));
  });
});
