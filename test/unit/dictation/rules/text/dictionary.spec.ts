import * as fc from 'fast-check';
import { compileDictionary, expand } from '../../../../../src/dictation/rules/text/dictionary.ts';
import type { DictionaryEntryRow } from '../../../../../src/events/rows.ts';
import { entry } from './rows.ts';

const expanded = (entries: DictionaryEntryRow[], text: string) => expand(compileDictionary(entries), text);
const text = (entries: DictionaryEntryRow[], heard: string) => expanded(entries, heard).text;
/** One entry that makes `!` of its trigger. */
const marked = (trigger: string, heard: string) => text([entry(1, trigger, '!')], heard);

describe('the dictionary', () => {
  it('TXT2 expands what was said', () => {
    const brb = entry(1, 'brb', 'ada@example.org');
    expect(text([brb], 'My email address is brb')).toBe('My email address is ada@example.org');
    expect(text([brb], 'Brb, brb; BRB.')).toBe('ada@example.org, ada@example.org; ada@example.org.');
    expect(text([], 'nothing  to do\n')).toBe('nothing  to do\n');
    expect(text([brb], '')).toBe('');
  });

  it('TXT2 takes the longest trigger, whatever the order of the entries', () => {
    const entries = [entry(1, 'new', 'N'), entry(2, 'new york', 'NY'), entry(3, 'new york city', 'NYC')];
    for (const list of [entries, entries.toReversed()]) {
      expect(text(list, 'new york city, new york, new yorker')).toBe('NYC, NY, N yorker');
    }
  });

  it('TXT2 replaces in one pass: no entry sees what another made', () => {
    expect(text([entry(1, 'a', 'b'), entry(2, 'b', 'a')], 'a b')).toBe('b a');
    expect(text([entry(1, 'x', 'x x')], 'x')).toBe('x x');
  });

  it('TXT2 does what one regular expression of all triggers would', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', ' '), minLength: 1, maxLength: 5 });
    const trigger = word.map((each) => each.trim().replaceAll(/ +/g, ' ')).filter((each) => each !== '');
    const heard = fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'B', ' ', '.', '-'), maxLength: 40 });
    fc.assert(
      fc.property(fc.uniqueArray(trigger, { maxLength: 6 }), heard, (triggers, said) => {
        const spaced = said.replaceAll(/ +/g, ' ');
        const longest = triggers.toSorted((a, b) => b.length - a.length);
        const all = longest.map((each) => `\\b${each}\\b`).join('|');
        const expected =
          all === '' ? spaced : spaced.replaceAll(new RegExp(all, 'gi'), (f) => `<${f.toLowerCase()}>`);
        const entries = triggers.map((each, index) => entry(index + 1, each, `<${each}>`));
        expect(text(entries, spaced)).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['c++', 'I like C++.', 'I like !.'],
    ['c++', 'c++ and (c++), c++', '! and (!), !'],
    ['c++', 'c+++ c++11 objc++', 'c+++ c++11 objc++'],
    ['.net', 'use .NET, not asp.net', 'use !, not asp.net'],
    ['c#', 'F# or C#?', 'F# or !?'],
    ['@home', 'me@home @home', 'me@home !'],
    ['->', 'a -> b', 'a ! b'],
    ['c++', 'c++很好', '!很好'],
  ])('TXT3 finds %s where a word boundary cannot (upstream defect 13)', (trigger, heard, made) => {
    expect(marked(trigger, heard)).toBe(made);
  });

  it.each([
    ['über', 'ÜBER überall Tiefüber über', '! überall Tiefüber !'],
    ['straße', 'Die STRASSE, Straße', 'Die !, !'],
    ['stras', 'straß', 'straß'],
    ['ΟΔΟΣ', 'οδος οδός', '! οδός'],
    ['привет', 'Привет, привета', '!, привета'],
    ['café', 'cafe\u0301 cafés', '! cafés'],
    ['cafe', 'cafe\u0301 cafe', 'cafe\u0301 !'],
    ['你好', '我说你好吗', '我说!吗'],
    ['😀', 'so 😀 ok', 'so ! ok'],
    ['a_b', 'a_b a_b_c', '! a_b_c'],
  ])('TXT3 knows the words of any alphabet: %s', (trigger, heard, made) => {
    expect(marked(trigger, heard)).toBe(made);
  });

  it('TXT3 letters that grow in another case shift nothing', () => {
    expect(marked('istanbul', 'İİİ istanbul İİ')).toBe('İİİ ! İİ');
    expect(marked('İzmir', 'in i\u0307zmir, izmir, ızmir')).toBe('in !, izmir, ızmir');
    expect(marked('ısı', 'isi ısı')).toBe('isi !');
  });

  it('TXT3 blanks inside a trigger are any blanks, those around it do not count', () => {
    expect(marked('  my  mail ', 'my\n mail mymail')).toBe('! mymail');
  });

  it.each(['$1', '$&', '$name', '$$', '\\1', '\\n', '%s', '{x}', '$<a>', "$'", 'a\nb', '👍🏽'])(
    'TXT4 keeps %s in a replacement as it is (upstream defect 12)',
    (replacement) => {
      expect(text([entry(1, 'brb', replacement)], 'x brb y')).toBe(`x ${replacement} y`);
      expect(text([entry(1, 'brb', replacement, { complete_match_only: true })], 'brb')).toBe(replacement);
    },
  );

  it.each(['.*', '(a+)+', '[a', 'a|b', '\\d', '^', '$', 'a{2}'])(
    'TXT4 takes the trigger %s as text',
    (trigger) => {
      expect(marked(trigger, `b ${trigger} b`)).toBe('b ! b');
      expect(marked(trigger, 'zz 11 zz')).toBe('zz 11 zz');
    },
  );

  it('TXT5 adds the suffix, or leaves it out and eats the punctuation that follows', () => {
    expect(text([entry(1, 'brb', 'back', { suffix: '~ ' })], 'brb. ok')).toBe('back~ . ok');
    const bare = entry(1, 'new line', '\n', { suffix: '~', disable_suffix: true });
    expect(text([bare], 'one new line, two new line?! three')).toBe('one \n two \n three');
    expect(text([bare, entry(2, '. x', 'Z')], 'new line!. x')).toBe('\n x');
  });

  it('TXT6 an entry for whole inputs holds only for these, before all others', () => {
    const whole = entry(2, 'sign off', 'Best,\nAda', {
      complete_match_only: true,
      suffix: '!',
      auto_enter: true,
    });
    const entries = [entry(1, 'sign', 'S'), whole];
    expect(expanded(entries, ' Sign  OFF\n')).toEqual({
      text: 'Best,\nAda!',
      auto_enter: true,
      applied: [{ id: 2, at: 1 }],
    });
    expect(text(entries, 'please sign off')).toBe('please S off');
    expect(text(entries, 'sign off.')).toBe('S off.');
  });

  it('TXT6 with disable_suffix it is blind to final punctuation', () => {
    const whole = (id: number, trigger: string) =>
      entry(id, trigger, `<${id}>`, { complete_match_only: true, disable_suffix: true, suffix: 's' });
    expect(text([whole(1, 'sign off')], 'Sign off?!.')).toBe('<1>');
    expect(text([whole(1, 'sign off!')], 'sign off')).toBe('<1>');
    expect(text([whole(1, '...')], '?')).toBe('?');
    const exact = entry(2, 'go.', 'exact', { complete_match_only: true });
    expect(text([whole(1, 'go'), exact], 'go.')).toBe('<1>');
    expect(text([exact, whole(3, 'go')], 'go.')).toBe('exact');
  });

  it('TXT7 tells which entries were applied where, and whether Enter follows', () => {
    const entries = [entry(1, 'a', 'AA'), entry(2, 'b', '', { auto_enter: true }), entry(3, 'c', 'x')];
    expect(expanded(entries, 'a x b a')).toEqual({
      text: 'AA x  AA',
      auto_enter: true,
      applied: [
        { id: 1, at: 0 },
        { id: 2, at: 4 },
        { id: 1, at: 6 },
      ],
    });
    expect(expanded(entries, 'a').auto_enter).toBe(false);
  });

  it('TXT7 leaves out what is disabled or blank; of equal triggers the first holds', () => {
    const entries = [
      entry(1, 'a', '1', { enabled: false }),
      entry(2, 'A', '2'),
      entry(3, 'a', '3'),
      entry(4, '  ', '4'),
    ];
    expect(text(entries, 'a  b')).toBe('2  b');
    expect(text([entry(1, '', 'x'), entry(2, ' ', 'y', { complete_match_only: true })], ' ')).toBe(' ');
  });

  it('TXT7 whatever is said, between the replacements stands what was said', () => {
    const said = fc.array(
      fc.oneof(fc.constantFrom('ab', 'c++', ' ', '.', 'İ', '你'), fc.string({ unit: 'binary' })),
    );
    fc.assert(
      fc.property(
        said.map((parts) => parts.join('')),
        (heard) => {
          const { text: made, applied } = expanded([entry(1, 'ab', '\0'), entry(2, 'c++', '\0')], heard);
          const lengths = { 1: 2, 2: 3 } as Record<number, number>;
          let rest = heard;
          for (const { id, at } of applied.toReversed())
            rest = `${rest.slice(0, at)}\0${rest.slice(at + lengths[id]!)}`;
          expect(made).toBe(rest);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('TXT8 is quick with 10,000 entries, also hostile ones, and a long text', () => {
    const hostile = Array.from({ length: 60 }, (_, index) =>
      entry(index, `${'a '.repeat(index)}b${index}`, 'x'),
    );
    const many = Array.from({ length: 10_000 }, (_, index) =>
      entry(1_000 + index, `word ${index}`, `<${index}>`),
    );
    const dictionary = compileDictionary([...many, ...hostile]);
    const heard = 'a '.repeat(100_000) + 'word 77';
    const before = performance.now();
    const { text: made, applied } = expand(dictionary, heard);
    // A regular expression or a walk over all entries at each word takes minutes.
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(applied).toHaveLength(1);
    expect(made.endsWith('a <77>')).toBe(true);
  });
});
