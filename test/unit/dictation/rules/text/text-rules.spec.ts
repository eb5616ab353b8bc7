import {
  applyRules,
  compileRules,
  effectiveRules,
} from '../../../../../src/dictation/rules/text/text-rules.ts';
import { matchWindowContext } from '../../../../../src/dictation/rules/window-context-matching.ts';
import type { WindowContextRow } from '../../../../../src/events/rows.ts';
import { command, context, entry } from './rows.ts';

describe('what becomes of heard text', () => {
  const rules = compileRules({
    entries: [entry(1, 'calc', 'calculator'), entry(2, 'brb', 'be right back', { auto_enter: true })],
    commands: [command(1, 'open the calculator'), command(2, 'open the calendar')],
  });

  it('TXT13 commands are looked for in what the dictionary made', () => {
    expect(applyRules(rules, 'Open the calc.')).toMatchObject({
      text: 'Open the calculator.',
      outcome: { kind: 'matched', command: { id: 1 }, confidence: 1 },
    });
    expect(applyRules(rules, 'brb')).toEqual({
      text: 'be right back',
      auto_enter: true,
      applied: [{ id: 2, at: 0 }],
      outcome: { kind: 'none' },
    });
  });
});

const entries = [
  entry(1, 'brb', 'be right back'),
  entry(2, 'sig', 'signature'),
  entry(3, 'lgtm', 'looks good'),
  entry(4, 'off', 'never', { enabled: false }),
];
const commands = [command(1, 'save'), command(2, 'build'), command(3, 'send')];

function ids(contexts: WindowContextRow[], matched?: WindowContextRow) {
  const { entries: e, commands: c } = effectiveRules({ entries, commands }, contexts, matched);
  const inOrder = (rows: readonly { id: number }[]) => rows.map(({ id }) => id).sort((a, b) => a - b);
  return { entries: inOrder(e), commands: inOrder(c) };
}

const editor = context(1, { dictionary_entry_ids: [2], voice_command_ids: [2] });
const mail = context(2, { dictionary_entry_ids: [3], voice_command_ids: [3], enabled: false });
const both = [editor, mail];

describe('the rules that hold for a window', () => {
  it('TXT1 without a context are those that no context names, not even one that is off', () => {
    expect(ids(both)).toEqual({ entries: [1], commands: [1] });
    expect(ids([])).toEqual({ entries: [1, 2, 3], commands: [1, 2, 3] });
  });

  it('TXT1 that merges are these and its own, and nothing of other contexts (upstream defect 14)', () => {
    expect(ids(both, editor)).toEqual({ entries: [1, 2], commands: [1, 2] });
  });

  it('TXT1 that replaces are its own alone, for entries and commands by themselves', () => {
    const half = { ...editor, dictionary_mode: 'replace' as const };
    expect(ids([half, mail], half)).toEqual({ entries: [2], commands: [1, 2] });
  });

  it('TXT1 that replaces with nothing, or with what is off, are none', () => {
    const silent = {
      dictionary_mode: 'replace',
      command_mode: 'replace',
      dictionary_entry_ids: [4],
    } as const;
    const none = context(3, { ...silent, dictionary_entry_ids: [...silent.dictionary_entry_ids] });
    expect(ids([none], none)).toEqual({ entries: [], commands: [] });
  });

  it('TXT1 an item of the context hides another that is said the same', () => {
    const rows = [entry(1, 'brb', 'be right back'), entry(2, ' BRB ', 'bis gleich'), entry(3, 'x', 'y')];
    const german = context(1, { dictionary_entry_ids: [2] });
    const { entries: effective } = effectiveRules({ entries: rows, commands: [] }, [german], german);
    expect(effective.map(({ id }) => id)).toEqual([2, 3]);
    const asleep = [{ ...rows[1]!, enabled: false }, rows[0]!];
    const { entries: awake } = effectiveRules({ entries: asleep, commands: [] }, [german], german);
    expect(awake.map(({ id }) => id)).toEqual([1]);
  });

  it('TXT1 are read anew for each take: an edited context holds in a window that stayed (upstream defect 15)', () => {
    const window = { app_name: 'editor', title: null };
    const now = (contexts: WindowContextRow[]) =>
      ids(
        contexts,
        matchWindowContext(contexts, window, () => false),
      );
    expect(now([editor]).entries).toEqual([1, 2, 3]);
    expect(now([{ ...editor, dictionary_mode: 'replace' }]).entries).toEqual([2]);
  });
});
