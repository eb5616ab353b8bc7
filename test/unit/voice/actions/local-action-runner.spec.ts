import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { VoiceAction } from '../../../../src/events/voice-command-events.ts';
import { LocalActionRunner } from '../../../../src/infra/voice/actions/local-action-runner.ts';
import { launchLine } from '../../../../src/infra/voice/actions/desktop-entries.ts';
import { fakeProgram } from '../../../support/fake-program.ts';
import { until } from '../../../support/connection-harness.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const open = (app: string, more: object = {}): VoiceAction => ({
  type: 'open_app',
  payload: { app, ...more },
});
const type = (text: string, more: object = {}): VoiceAction => ({
  type: 'type_text',
  payload: { text, ...more },
});
const ON = { 'actions.open_app': true, 'actions.type_text': true };

interface Machine {
  platform?: NodeJS.Platform;
  settings?: Record<string, unknown>;
  env?: NodeJS.ProcessEnv;
}

/** A runner for whom only the programs in `folder` exist. */
function runnerIn(folder: string, { platform = 'linux', settings = ON, env = {} }: Machine = {}) {
  const set: Record<string, unknown> = settings;
  return new LocalActionRunner({
    platform,
    setting: (key) => set[key],
    env: { PATH: folder, XDG_DATA_HOME: join(folder, 'share'), XDG_DATA_DIRS: join(folder, 'more'), ...env },
  });
}

/** A program that writes down its arguments and what it reads; whole once it is there. */
async function recordingProgram(folder: string, name: string, exitCode = 0): Promise<void> {
  const file = JSON.stringify(join(folder, `${name}.json`));
  await fakeProgram(
    folder,
    name,
    `const fs = require('node:fs');
     const input = process.argv.includes('-') || process.argv[2] === '-l' ? fs.readFileSync(0, 'utf8') : null;
     fs.writeFileSync(${file} + '.part', JSON.stringify({ args: process.argv.slice(2), input }));
     fs.renameSync(${file} + '.part', ${file});
     process.exit(${exitCode});`,
  );
}

async function recorded(
  folder: string,
  name: string,
): Promise<{ args: string[]; input: string | null } | undefined> {
  const text = await readFile(join(folder, `${name}.json`), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as { args: string[]; input: string | null });
}

async function desktopEntry(path: string, lines: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, lines);
}

describe('actions on this machine', () => {
  it.each([{}, { 'actions.open_app': 'true', 'actions.type_text': 1 }, { actions: ON }])(
    'ACT1 are left to the host unless they are enabled: %j',
    async (settings) => {
      await using folder = await tempFolder();
      await recordingProgram(folder.path, 'ydotool');
      const runner = runnerIn(folder.path, { settings });
      expect(await runner.run(open('Calculator'))).toEqual({ status: 'left_to_host' });
      expect(await runner.run(type('x'))).toEqual({ status: 'left_to_host' });
      expect(await recorded(folder.path, 'ydotool')).toBeUndefined();
    },
  );

  it('ACT1 are left to the host when only it knows what they mean', async () => {
    await using folder = await tempFolder();
    for (const kind of ['custom', 'system_control'] as const) {
      const action = { type: kind, payload: { script: 'x' } };
      expect(await runnerIn(folder.path).run(action)).toEqual({ status: 'left_to_host' });
    }
  });

  it('ACT2 what is unfit is refused before any program runs', async () => {
    await using folder = await tempFolder();
    const failed = await runnerIn(folder.path).run(open('../evil'));
    expect(failed).toMatchObject({ status: 'failed', error_code: 'INVALID_APP_NAME' });
  });

  it('ACT3 an application is started by its shown name or its id, with its own arguments', async () => {
    await using folder = await tempFolder();
    await recordingProgram(folder.path, 'calc');
    const entry = [
      '[Desktop Entry]',
      'Type=Application',
      'Name = My Calculator',
      'Name[de]=Rechner',
      'Exec=calc --title "two  words \\"$HOME\\"" 100%% %U',
      '[Desktop Action new]',
      'Exec=evil',
    ];
    await desktopEntry(join(folder.path, 'more', 'applications', 'org.Calc.desktop'), entry.join('\n'));
    for (const name of ['my calculator', 'ORG.calc', ' My Calculator ']) {
      expect(await runnerIn(folder.path).run(open(name))).toEqual({ status: 'executed' });
      await until(() => existsSync(join(folder.path, 'calc.json')), 'the application');
      expect((await recorded(folder.path, 'calc'))!.args).toEqual(['--title', 'two  words "$HOME"', '100%']);
      await rm(join(folder.path, 'calc.json'));
    }
  });

  it('ACT3 a program that is no application is never started by its name', async () => {
    await using folder = await tempFolder();
    await recordingProgram(folder.path, 'reboot');
    expect(await runnerIn(folder.path).run(open('reboot'))).toMatchObject({ error_code: 'NOT_FOUND' });
    expect(await recorded(folder.path, 'reboot')).toBeUndefined();
  });

  it('ACT3 an application that cannot be started is told', async () => {
    await using folder = await tempFolder();
    const entry = '[Desktop Entry]\nType=Application\nName=Gone\nExec=gone --x\n';
    await desktopEntry(join(folder.path, 'share', 'applications', 'gone.desktop'), entry);
    expect(await runnerIn(folder.path).run(open('gone'))).toMatchObject({ error_code: 'OPEN_FAILED' });
    expect(await runnerIn(folder.path).run(open('gone', { close: true }))).toMatchObject({
      error_code: 'UNSUPPORTED_PLATFORM',
    });
  });

  it.each([
    'Type=Link',
    'Type=Application\nTerminal=true',
    'Type=Application\nHidden=true',
    'Type=Application\nExec=',
  ])('ACT3 is not started from an entry with %j', (lines) => {
    const exec = lines.includes('Exec') ? '' : 'Exec=x';
    expect(launchLine(`[Desktop Entry]\nName=A\n${lines}\n${exec}`, () => true)).toBeUndefined();
    expect(launchLine('[Desktop Entry]\nName=A\nType=Application\nExec=x', () => true)).toEqual(['x']);
  });

  it('ACT3 on macOS it is opened by `open -a`', async () => {
    await using folder = await tempFolder();
    await recordingProgram(folder.path, 'open');
    const runner = runnerIn(folder.path, { platform: 'darwin' });
    expect(await runner.run(open('Visual Studio Code'))).toEqual({ status: 'executed' });
    expect((await recorded(folder.path, 'open'))!.args).toEqual(['-a', 'Visual Studio Code']);
    await recordingProgram(folder.path, 'open', 1);
    expect(await runner.run(open('Nothing'))).toMatchObject({ error_code: 'OPEN_FAILED' });
  });

  it.each<[string, Machine, string[]]>([
    ['xdotool', { env: { DISPLAY: ':1' } }, ['type', '--clearmodifiers', '--delay', '10', '--file', '-']],
    ['wtype', { env: { DISPLAY: ':1', WAYLAND_DISPLAY: 'w' } }, ['-d', '10', '-']],
    ['ydotool', {}, ['type', '--key-delay', '10', '--file', '-']],
  ])(
    'ACT4 text is typed by %s, which reads it: arguments can be seen by others',
    async (program, machine, args) => {
      await using folder = await tempFolder();
      for (const each of ['xdotool', 'wtype', 'ydotool']) await recordingProgram(folder.path, each);
      const text = '-- "$(rm)" ; äöü\n👍';
      expect(await runnerIn(folder.path, machine).run(type(text))).toEqual({ status: 'executed' });
      expect(await recorded(folder.path, program)).toEqual({ args, input: text });
      for (const other of ['xdotool', 'wtype', 'ydotool'].filter((each) => each !== program)) {
        expect(await recorded(folder.path, other)).toBeUndefined();
      }
    },
  );

  it('ACT4 on macOS text is typed by a script that reads it', async () => {
    await using folder = await tempFolder();
    await recordingProgram(folder.path, 'osascript');
    expect(await runnerIn(folder.path, { platform: 'darwin' }).run(type('geheim', { delay_ms: 3 }))).toEqual({
      status: 'executed',
    });
    const { args, input } = (await recorded(folder.path, 'osascript'))!;
    expect([input, args.at(-1), args.join(' ').includes('geheim')]).toEqual(['geheim', '3', false]);
  });

  it('ACT4 the next program is tried where one is missing, and none is told', async () => {
    await using folder = await tempFolder();
    const wayland = { env: { WAYLAND_DISPLAY: 'w' } };
    expect(await runnerIn(folder.path, wayland).run(type('x'))).toMatchObject({
      error_code: 'UNSUPPORTED_PLATFORM',
      message: expect.stringContaining('wtype'),
    });
    await recordingProgram(folder.path, 'ydotool');
    expect(await runnerIn(folder.path, wayland).run(type('x'))).toEqual({ status: 'executed' });
  });

  it('ACT4 a program that fails or reads nothing is told, without the text', async () => {
    await using folder = await tempFolder();
    await fakeProgram(folder.path, 'ydotool', 'process.exit(3);');
    const failed = await runnerIn(folder.path).run(type('secret'.repeat(10_000)));
    expect(failed).toMatchObject({ status: 'failed', error_code: 'EXECUTION_ERROR' });
    expect(JSON.stringify(failed)).not.toContain('secret');
  });

  it('ACT4 a program that may not be run counts as missing', async () => {
    await using folder = await tempFolder();
    await recordingProgram(folder.path, 'ydotool');
    await chmod(join(folder.path, 'ydotool'), 0o600);
    const path = [folder.path, '/nowhere'].join(delimiter);
    expect(await runnerIn(folder.path, { env: { PATH: path } }).run(type('x'))).toMatchObject({
      error_code: 'UNSUPPORTED_PLATFORM',
    });
  });
});
