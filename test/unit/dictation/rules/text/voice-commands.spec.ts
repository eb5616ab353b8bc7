import * as fc from 'fast-check';
import { similarity } from '../../../../../src/dictation/rules/text/edit-distance.ts';
import { compileCommands, matchCommand } from '../../../../../src/dictation/rules/text/voice-commands.ts';
import type { VoiceCommandRow } from '../../../../../src/events/rows.ts';
import { command } from './rows.ts';

const match = (commands: VoiceCommandRow[], text: string) => matchCommand(compileCommands(commands), text);

/** Phrase and parameters of the command that holds, or how it ended. */
function outcome(phrases: string[], text: string): unknown {
  const found = match(
    phrases.map((phrase, index) => command(index + 1, phrase)),
    text,
  );
  if (found.kind === 'none') return 'none';
  if (found.kind === 'ambiguous') return found.candidates.map(({ phrase }) => phrase);
  return Object.keys(found.parameters).length === 0
    ? found.command.phrase
    : [found.command.phrase, found.parameters];
}

describe('voice commands', () => {
  it.each([
    'Open the calculator',
    'open the calculator.',
    '  OPEN   the\ncalculator?! ',
    'Open, the calculator…',
    'open the calculator。',
  ])('TXT9 match exactly, blind to case, pauses and blanks: %s', (said) => {
    expect(match([command(1, 'open the calculator')], said)).toMatchObject({
      kind: 'matched',
      confidence: 1,
    });
    expect(match([command(1, 'Open  the calculator!')], said)).toMatchObject({
      kind: 'matched',
      confidence: 1,
    });
  });

  it('TXT9 a final period costs nothing, however short the phrase (upstream defect 10)', () => {
    expect(match([command(1, 'cut')], 'Cut.')).toMatchObject({ kind: 'matched', confidence: 1 });
  });

  it('TXT9 of phrases that are said the same the first holds', () => {
    expect(match([command(1, 'cut!'), command(2, 'Cut')], 'cut')).toMatchObject({ command: { id: 1 } });
  });

  it('TXT9 what is off, or is no words, matches nothing', () => {
    expect(match([command(1, 'cut', { enabled: false })], 'cut')).toEqual({ kind: 'none' });
    expect(outcome(['{anything}', '!?', ' '], 'cut')).toBe('none');
    expect(outcome(['cut'], ' .')).toBe('none');
    expect(outcome(['cut'], '')).toBe('none');
    expect(match([command(1, 'zoom to 3.5')], 'zoom to 35')).not.toMatchObject({ confidence: 1 });
  });

  it.each<[string, string, Record<string, string>]>([
    ['open {app}', 'Open Visual Studio Code.', { app: 'Visual Studio Code' }],
    [
      'search {query} on {site}',
      'search Cats, dogs on Wikipedia',
      { query: 'Cats, dogs', site: 'Wikipedia' },
    ],
    ['{name} please', 'Bob please.', { name: 'Bob' }],
    ["call {name}'s phone", "Call Ada's phone", { name: 'Ada' }],
    ['move {what} to {where}', 'move to do to the end', { what: 'to do', where: 'the end' }],
    ['{a}{b}', 'x', {}],
    ['go {a} {b}', 'go far far away', { a: 'far far', b: 'away' }],
    ['set {__proto__} to {constructor}', 'set x to y', { ['__proto__']: 'x', constructor: 'y' }],
    ['type {text}', 'Type $1 {text} ÄÖ', { text: '$1 {text} ÄÖ' }],
  ])('TXT10 «%s» gives its parameters as they were said (upstream defect 9)', (phrase, said, parameters) => {
    const found = match([command(1, phrase)], said);
    const given = found.kind === 'matched' ? found.parameters : {};
    expect(Object.entries(given)).toEqual(Object.entries(parameters));
    expect(Object.getPrototypeOf(given)).toBe(Object.prototype);
  });

  it.each([
    ['open {app}', 'open'],
    ['open {app}', 'open.'],
    ['open {app}', 'reopen it'],
    ['say {a} and {b}', 'say and that'],
    ['say {a} and {b}', 'say this and'],
    ['say {a} now', 'say now'],
    ['send {a} to {b} now', 'send to bob now'],
  ])('TXT10 «%s» is not «%s»: every parameter is at least a word', (phrase, said) => {
    expect(outcome([phrase], said)).toBe('none');
  });

  it('TXT10 parameters put into a phrase are read out of it', () => {
    const value = fc.array(fc.constantFrom('x', 'Yy', 'über', 'c++', '3.5'), { minLength: 1, maxLength: 3 });
    const spoken = value.map((words) => words.join(' '));
    fc.assert(
      fc.property(spoken, spoken, spoken, (a, b, c) => {
        const said = `put ${a} on  ${b}, under ${c}.`;
        expect(outcome(['put {a} on {b} under {c}'], said)).toEqual([
          'put {a} on {b} under {c}',
          { a, b, c },
        ]);
      }),
    );
  });

  it.each([
    [['open {app}', 'open door'], 'open door', 'open door'],
    [['{x} mail', 'send {x}'], 'send mail mail', ['send {x}', { x: 'mail mail' }]],
    [['open {x}', 'open the {x}'], 'open the door', ['open the {x}', { x: 'door' }]],
    [['open {x} {y}', 'open {x} now'], 'open it now', ['open {x} now', { x: 'it' }]],
  ])('TXT11 of %j «%s» is the most specific', (phrases, said, expected) => {
    expect(outcome(phrases, said)).toEqual(expected);
    expect(outcome(phrases.toReversed(), said)).toEqual(expected);
  });

  it('TXT11 an exact match is never ambiguous, however near another is (upstream defect 11)', () => {
    expect(outcome(['open window one', 'open window on'], 'Open window one.')).toBe('open window one');
    expect(outcome(['open windows', 'open {x}'], 'open window')).toEqual(['open {x}', { x: 'window' }]);
  });

  it('TXT12 what is nearly right matches with its confidence', () => {
    expect(match([command(1, 'open calculator'), command(2, 'close')], 'opens calculator')).toMatchObject({
      kind: 'matched',
      command: { id: 1 },
      confidence: 15 / 16,
      parameters: {},
    });
    expect(outcome(['abcde'], 'abcd')).toBe('abcde');
    expect(outcome(['abcd'], 'abc')).toBe('none');
    expect(outcome(['open {app}'], 'open app')).toEqual(['open {app}', { app: 'app' }]);
    expect(outcome(['serve {app}'], 'server app')).toBe('none');
  });

  it('TXT12 two that are within 0.1 of each other are ambiguous, the best first', () => {
    const ten = [command(1, 'abcdefghXX'), command(2, 'abcdefghiX'), command(3, 'abcdeZZZZZ')];
    expect(match(ten, 'abcdefghij')).toEqual({
      kind: 'ambiguous',
      candidates: [
        { id: 2, phrase: 'abcdefghiX', confidence: 0.9 },
        { id: 1, phrase: 'abcdefghXX', confidence: 0.8 },
      ],
    });
    const far = [command(1, 'abcdefghijklmnopqrsX'), command(2, 'abcdefghijklmnopqXXX')];
    expect(match(far, 'abcdefghijklmnopqrst')).toEqual(expect.objectContaining({ kind: 'ambiguous' }));
    // 0.925 and 0.825, which computers find to be a little further apart.
    const edge = [command(1, `${'a'.repeat(37)}ZZZ`), command(2, `${'a'.repeat(33)}ZZZZZZZ`)];
    expect(match(edge, 'a'.repeat(40))).toMatchObject({ kind: 'ambiguous' });
    const further = [command(1, 'abcdefghijklmnopqrsX'), command(2, 'abcdefghijklmnopXXXX')];
    expect(match(further, 'abcdefghijklmnopqrst')).toMatchObject({ kind: 'matched', command: { id: 1 } });
  });

  it('TXT12 likeness is that of the whole table of distances', () => {
    const few = fc.array(fc.constantFrom('a', 'b', 'c', '😀'), { maxLength: 12 });
    fc.assert(
      fc.property(few, few, fc.constantFrom(0, 0.5, 0.8, 1), (a, b, least) => {
        const longest = Math.max(a.length, b.length);
        const expected = longest === 0 ? 1 : 1 - distance(a, b) / longest;
        expect(similarity(a, b, least)).toBe(expected >= least - 1e-9 ? expected : undefined);
      }),
      { numRuns: 1_000 },
    );
  });
});

function distance(a: string[], b: string[]): number {
  let line = b.map((_, index) => index + 1);
  for (const [row, left] of a.entries()) {
    let corner = row;
    let before = row + 1;
    line = b.map((top, column) => {
      const here = Math.min(corner + (left === top ? 0 : 1), before + 1, line[column]! + 1);
      corner = line[column]!;
      return (before = here);
    });
  }
  return line.at(-1) ?? a.length;
}
