import * as fc from 'fast-check';
import { CombinationWatch, type KeyEvent } from '../../../../src/infra/voice/hotkey/combination-watch.ts';
import { parseCombination } from '../../../../src/infra/voice/hotkey/combination.ts';
import { KeyClock } from '../../../../src/infra/voice/hotkey/key-clock.ts';
import { MODIFIERS, type Modifier } from '../../../../src/infra/voice/hotkey/key-codes.ts';

const CODES: Record<string, number> = {
  r: 19,
  x: 45,
  ctrl: 29,
  rctrl: 3613,
  alt: 56,
  shift: 42,
  meta: 3675,
  f13: 91,
};

/** Plays keys: `+ctrl` is down, `-ctrl` is up; time goes on by 10 ms each, and `@5000` sets it. */
function play(combination: string, keys: string): string[] {
  const watch = new CombinationWatch(parseCombination(combination));
  const down = new Set<number>();
  let at = 0;
  return keys.split(' ').flatMap((word) => {
    if (word.startsWith('@')) {
      at = Number(word.slice(1));
      return [];
    }
    const code = CODES[word.slice(1)]!;
    const isDown = word.startsWith('+');
    if (isDown) down.add(code);
    else down.delete(code);
    return watch.see({ code, isDown, held: heldOf(down), at: (at += 10) });
  });
}

function heldOf(down: ReadonlySet<number>): KeyEvent['held'] {
  const is = (modifier: Modifier) =>
    down.has(MODIFIERS[modifier].left) || down.has(MODIFIERS[modifier].right);
  return { ctrl: is('ctrl'), alt: is('alt'), shift: is('shift'), meta: is('meta') };
}

describe('a combination among all keys', () => {
  it.each([
    ['fires with its modifiers', 'Command+R', '+meta +r -r -meta', ['press', 'release']],
    ['does not fire on the plain key (upstream defect 8)', 'Command+R', '+r -r +x -x', []],
    ['does not fire after its modifier was let go', 'Command+R', '+meta -meta +r -r', []],
    ['does not fire with more modifiers', 'Command+R', '+meta +shift +r -r -shift -meta', []],
    ['does not fire for another key of its modifiers', 'Command+R', '+meta +x -x -meta', []],
    ['does not fire when its modifier comes last', 'Command+R', '+r +meta -r -meta', []],
    ['takes its modifiers in any order', 'Ctrl+Shift+R', '+shift +ctrl +r -r', ['press', 'release']],
    ['alone does not fire with a modifier', 'F13', '+ctrl +f13 -f13 -ctrl +f13', ['press']],
    ['of one side fires on that side', 'LeftCtrl+R', '+ctrl +r -r', ['press', 'release']],
    ['of one side does not fire on the other', 'LeftCtrl+R', '+rctrl +r -r', []],
    ['of one side does not fire on both', 'LeftCtrl+R', '+ctrl +rctrl +r -r', []],
    ['of a modifier fires', 'RightCtrl', '+rctrl -rctrl +ctrl -ctrl', ['press', 'release']],
  ])('HOT2 %s', (_, combination, keys, actions) => {
    expect(play(combination, keys)).toEqual(actions);
  });

  it.each([
    ['its key', '+ctrl +shift +r -r -shift -ctrl'],
    ['a modifier', '+ctrl +shift +r -shift -r -ctrl'],
    ['the other modifier', '+ctrl +shift +r -ctrl -shift -r'],
  ])('HOT3 ends when %s is let go, once', (_, keys) => {
    expect(play('Ctrl+Shift+R', keys)).toEqual(['press', 'release']);
  });

  it('HOT4 a key that repeats by itself is one press', () => {
    expect(play('Ctrl+R', '+ctrl +r +r +r +r -r')).toEqual(['press', 'release']);
    expect(play('Ctrl+R', '+ctrl +r @500 +r @530 +r @1500 +r @3000 +r -r')).toEqual(['press', 'release']);
  });

  it('HOT5 a release that was missed is made up for at the next press', () => {
    expect(play('Ctrl+R', '+ctrl +r @5000 +ctrl +r -r')).toEqual(['press', 'release', 'press', 'release']);
    expect(play('Ctrl+R', '+ctrl +r @5000 -ctrl +r')).toEqual(['press', 'release']);
  });

  it('HOT3 press and release take turns whatever keys there are', () => {
    const word = fc
      .tuple(fc.constantFrom('+', '-'), fc.constantFrom(...Object.keys(CODES)))
      .map(([sign, name]) => sign + name);
    const later = fc.integer({ min: 0, max: 5_000 }).map((ms) => `@${ms}`);
    const some = fc.array(fc.oneof({ weight: 9, arbitrary: word }, { weight: 1, arbitrary: later }), {
      minLength: 1,
    });
    const combinations = fc.constantFrom('Ctrl+R', 'F13', 'LeftCtrl+X', 'Ctrl', 'Alt+Shift+R');
    fc.assert(
      fc.property(combinations, some, (combination, keys) => {
        const actions = play(combination, keys.join(' '));
        expect(actions).toEqual(actions.map((_, index) => (index % 2 === 0 ? 'press' : 'release')));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the time of a key', () => {
  it('HOT6 is when it moved, not when it was heard of', () => {
    const clock = new KeyClock();
    expect(clock.at(1_000, 50_000)).toBe(50_000);
    expect(clock.at(1_100, 50_900)).toBe(50_100);
    expect(clock.at(1_200, 50_950)).toBe(50_200);
    expect(clock.at(1_300, 50_250)).toBe(50_250);
  });

  it('HOT6 never goes back and never lies ahead, also when the system’s clock begins anew', () => {
    const events = fc.array(fc.record({ time: fc.integer({ min: 0, max: 2 ** 32 }), after: fc.nat(10_000) }));
    fc.assert(
      fc.property(events, (all) => {
        const clock = new KeyClock();
        let [now, last] = [1_000, -Infinity];
        for (const { time, after } of all) {
          now += after;
          const at = clock.at(time, now);
          expect(at).toBeGreaterThanOrEqual(last);
          expect(at).toBeLessThanOrEqual(now);
          expect(at).toBeGreaterThanOrEqual(now - 5_000);
          last = at;
        }
      }),
    );
  });
});
