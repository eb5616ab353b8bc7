import { setTimeout as sleep } from 'node:timers/promises';
import type { HotkeyEvent } from '../../src/dictation/ports/hotkeys.ts';
import { UiohookHotkeys, type HotkeysOptions } from '../../src/infra/voice/hotkey/uiohook-hotkeys.ts';
import { childrenWith } from '../support/child-processes.ts';
import { TYPESCRIPT_ARGV } from '../support/embedded-harness.ts';
import { describeWith } from '../support/needs.ts';
import { hasXvfb, xDisplay } from '../support/x-display.ts';

const advice = 'they need a display without a screen: `apt-get install xvfb xdotool`.';
const CHILD = 'hotkey/child';

async function listening(combination: string, options: HotkeysOptions = {}) {
  const display = await xDisplay();
  const hotkeys = new UiohookHotkeys({ env: display.env, execArgv: TYPESCRIPT_ARGV, ...options });
  const events: HotkeyEvent[] = [];
  await hotkeys.register(combination, (event) => events.push(event));
  return {
    hotkeys,
    events,
    type: display.type,
    actions: () => events.map(({ action }) => action),
    count: async (wanted: number) => {
      while (events.length < wanted) await sleep(10);
    },
    [Symbol.asyncDispose]: async () => {
      await hotkeys.close();
      await display[Symbol.asyncDispose]();
    },
  };
}

describeWith({ found: hasXvfb, advice }, 'hotkeys on a real display', () => {
  it('HOT2 fire with exactly their modifiers, and not on the plain key (upstream defect 8)', async () => {
    await using keys = await listening('Ctrl+Shift+R');
    for (const wrong of ['r', 'ctrl+r', 'shift+r', 'ctrl+shift+alt+r', 'ctrl+shift+x'])
      keys.type('key', wrong);
    keys.type('key', 'ctrl+shift+r');
    await keys.count(2);
    expect(keys.actions()).toEqual(['press', 'release']);
  });

  it('HOT4 one press while the key repeats by itself, and the times of the keys', async () => {
    await using keys = await listening('Ctrl+Shift+R');
    const before = performance.now();
    keys.type(
      'keydown',
      'ctrl',
      'keydown',
      'shift',
      'keydown',
      'r',
      'sleep',
      '1.2',
      'keyup',
      'r',
      'keyup',
      'ctrl',
    );
    const after = performance.now();
    await keys.count(2);
    expect(keys.actions()).toEqual(['press', 'release']);
    const [press, release] = keys.events;
    expect(press!.at).toBeGreaterThanOrEqual(before);
    expect(release!.at).toBeLessThanOrEqual(after + 50);
    expect(release!.at - press!.at).toBeGreaterThan(1_150);
  });

  it('HOT7 go on with the combination that was registered last', async () => {
    await using keys = await listening('Ctrl+Shift+R');
    keys.type('keydown', 'ctrl', 'keydown', 'shift', 'keydown', 'r');
    await keys.count(1);
    const others: string[] = [];
    await keys.hotkeys.register('F9', ({ action }) => others.push(action));
    expect(keys.actions()).toEqual(['press', 'release']);
    keys.type('keyup', 'r', 'keyup', 'ctrl', 'keyup', 'shift', 'key', 'ctrl+shift+r', 'key', 'F9');
    while (others.length < 2) await sleep(10);
    expect(others).toEqual(['press', 'release']);
    expect(keys.events).toHaveLength(2);
    await expect(keys.hotkeys.register('R', () => undefined)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    keys.type('key', 'F9');
    while (others.length < 4) await sleep(10);
  });

  it('HOT8 are armed again after their process was killed, and a pressed one is released', async () => {
    await using keys = await listening('Ctrl+Shift+R');
    keys.type('keydown', 'ctrl', 'keydown', 'shift', 'keydown', 'r');
    await keys.count(1);
    const [pid] = childrenWith(CHILD);
    process.kill(pid!, 'SIGKILL');
    await keys.count(2);
    keys.type('keyup', 'r', 'keyup', 'ctrl', 'keyup', 'shift');
    while (keys.events.length < 4) {
      keys.type('key', 'ctrl+shift+r');
      await sleep(50);
    }
    expect(keys.actions().slice(0, 4)).toEqual(['press', 'release', 'press', 'release']);
  });

  it('HOT9 are armed again after the machine slept', async () => {
    await using keys = await listening('Ctrl+Shift+R');
    const [pid] = childrenWith(CHILD);
    keys.hotkeys.rearm();
    while (childrenWith(CHILD).includes(pid!) || childrenWith(CHILD).length === 0) await sleep(10);
    while (keys.events.length < 2) {
      keys.type('key', 'ctrl+shift+r');
      await sleep(50);
    }
    expect(keys.actions().slice(0, 2)).toEqual(['press', 'release']);
  });

  it('HOT10 end with their process', async () => {
    await using keys = await listening('F9');
    expect(childrenWith(CHILD)).toHaveLength(1);
    await keys.hotkeys.close();
    while (childrenWith(CHILD).length > 0) await sleep(10);
    keys.type('key', 'F9');
    expect(keys.events).toEqual([]);
  });
});

describe('hotkeys that cannot be', () => {
  const refused = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform = 'linux') =>
    new UiohookHotkeys({
      env: { PATH: process.env['PATH'], ...env },
      platform,
      execArgv: TYPESCRIPT_ARGV,
    }).register('F9', () => undefined);

  it.each([{ WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':0' }, { XDG_SESSION_TYPE: 'wayland' }])(
    'HOT11 on Wayland are left to the compositor, which can run `heycat toggle`',
    async (env) => {
      await expect(refused(env)).rejects.toMatchObject({
        code: 'DEVICE_UNAVAILABLE',
        message: expect.stringContaining('`heycat toggle`') as string,
        details: { reason: 'wayland' },
      });
    },
  );

  it('HOT11 without a display are refused with what to do, and leave no process', async () => {
    await expect(refused({})).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      details: { reason: 'no_display' },
    });
    await expect(refused({ DISPLAY: ':65000' })).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      message: expect.stringContaining('`heycat toggle`') as string,
    });
    while (childrenWith(CHILD).length > 0) await sleep(10);
  });
});
