import { AddDictionaryEntry } from '../../../src/commands/dictionary/add-dictionary-entry.ts';
import { AddWindowContext } from '../../../src/commands/window-contexts/add-window-context.ts';
import { TABLE } from './messages.ts';
import { refusalOf, toMessage } from './support.ts';

describe.each(TABLE.map(([type, good, wrong]) => ({ name: type.name, type, good, wrong })))(
  '$name',
  (row) => {
    const { type, good, wrong } = row;

    it('CM2 the good params pass', () => {
      expect(toMessage(type, good)).toBeInstanceOf(type);
    });

    it.each(wrong)('CM2 %j is refused by the name of the field', (change, field) => {
      const refusal = refusalOf(() => toMessage(type, { ...good, ...change }));
      expect(refusal).toMatchObject({ code: 'INVALID_ARGUMENT', details: { field } });
      expect(refusal.message).toContain(field);
    });
  },
);

it('CM2 the sentence says what is allowed and never what was sent', () => {
  const refusal = refusalOf(() =>
    toMessage(AddWindowContext, { name: 'a', app_name: 'b', title_pattern: '(secret' }),
  );
  expect(refusal.message).toMatch(
    /^title_pattern must be a JavaScript regular expression .* 1024 characters\.$/,
  );
  expect(JSON.stringify(refusal.toRpc())).not.toContain('secret');
});

it('CM2 every wrong field is among the problems, the first one in the sentence', () => {
  const refusal = refusalOf(() => toMessage(AddDictionaryEntry, { trigger: '', enabled: 3 }));
  expect(refusal.details['problems']).toEqual([
    'trigger must be text of 1 to 256 characters that is not blank.',
    'replacement must be text.',
    'enabled must be true or false.',
  ]);
});

it('CM2 characters are counted as the module counts them', () => {
  expect(
    toMessage(AddDictionaryEntry, { trigger: '😀'.repeat(256), replacement: '', suffix: '😀😀😀😀😀' }),
  ).toBeDefined();
  const params = { trigger: '😀'.repeat(257), replacement: '' };
  expect(refusalOf(() => toMessage(AddDictionaryEntry, params)).details['field']).toBe('trigger');
});
