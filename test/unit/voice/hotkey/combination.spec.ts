import { createRequire } from 'node:module';
import { parseCombination } from '../../../../src/infra/voice/hotkey/combination.ts';
import { OTHER_KEYS, TYPING_KEYS } from '../../../../src/infra/voice/hotkey/key-codes.ts';

describe('a combination', () => {
  it.each([
    ['Ctrl+Shift+R', { keys: [19], modifiers: { ctrl: 'any', shift: 'any' } }],
    [' control + r ', { keys: [19], modifiers: { ctrl: 'any' } }],
    ['Command+R', { keys: [19], modifiers: { meta: 'any' } }],
    ['LeftAlt+Space', { keys: [57], modifiers: { alt: 'left' } }],
    ['rightoption+f13', { keys: [91], modifiers: { alt: 'right' } }],
    ['F13', { keys: [91], modifiers: {} }],
    ['RightCtrl', { keys: [3613], modifiers: {}, own: 'ctrl' }],
    ['Ctrl+Alt', { keys: [56, 3640], modifiers: { ctrl: 'any' }, own: 'alt' }],
    ['Ctrl+.', { keys: [52], modifiers: { ctrl: 'any' } }],
  ])('HOT1 %s is read', (text, combination) => {
    expect(parseCombination(text)).toEqual(combination);
  });

  it.each([
    ['', 'no key «»'],
    ['Ctrl+', 'no key «»'],
    ['Ctrl+Foo', 'no key «foo»'],
    ['R+Ctrl', 'a key before its end'],
    ['Ctrl+Control+R', 'ctrl twice'],
    ['LeftCtrl+RightCtrl', 'ctrl twice'],
    ['R', 'would fire while somebody types'],
    ['Shift+R', 'would fire while somebody types'],
    ['Space', 'would fire while somebody types'],
    ['LeftF1', 'no key «leftf1»'],
  ])('HOT1 %s is refused', (text, why) => {
    expect(() => parseCombination(text)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining(why) as string,
        details: { field: 'combination' },
      }) as Error,
    );
  });

  it('HOT1 names keys as libuiohook numbers them', () => {
    const { UiohookKey } = createRequire(import.meta.url)('uiohook-napi') as {
      UiohookKey: Record<string, number>;
    };
    const known = new Map(Object.entries(UiohookKey).map(([name, code]) => [name.toLowerCase(), code]));
    const ours = [...TYPING_KEYS, ...OTHER_KEYS].filter(([name]) => known.has(name));
    expect(ours.length).toBeGreaterThan(85);
    expect(ours.filter(([name, code]) => known.get(name) !== code)).toEqual([]);
  });
});
