import type { Type } from '@nestjs/common';
import { validateSync } from 'class-validator';
import * as fc from 'fast-check';
import { AddDictionaryEntry } from '../../../src/commands/dictionary/add-dictionary-entry.ts';
import { AddRecording } from '../../../src/commands/recordings/add-recording.ts';
import { DeleteRecording } from '../../../src/commands/recordings/delete-recording.ts';
import { SaveSetting } from '../../../src/commands/settings/save-setting.ts';
import { SaveSettings } from '../../../src/commands/settings/save-settings.ts';
import { AddVoiceCommand } from '../../../src/commands/voice-commands/add-voice-command.ts';
import { MessageRules } from '../../../src/infra/ipc/transport/validation.pipe.ts';
import { long, TABLE, type Params } from './messages.ts';
import { refusalOf, toMessage } from './support.ts';

it.each([
  ['fle_path', 'did you mean file_path?'],
  ['__proto__', 'allowed are'],
  ['constructor', 'allowed are'],
  ['recording_id_of_another_thing', 'allowed are'],
])('CM3 the unknown field %s is refused', (field, hint) => {
  const params = JSON.parse(`{"file_path": "/a.wav", ${JSON.stringify(field)}: {"isAdmin": true}}`) as Params;
  const refusal = refusalOf(() => toMessage(AddRecording, params));
  expect(refusal).toMatchObject({ code: 'INVALID_ARGUMENT', details: { field } });
  expect(refusal.message).toContain(hint);
});

it('CM3 an unknown field with a long name is told shortened', () => {
  const refusal = refusalOf(() => toMessage(DeleteRecording, { id: 1, [long(100_000)]: 1 }));
  expect(refusal.message.length).toBeLessThan(300);
});

it.each([[[1]], ['x'], [5], [true]])('CM4 params %j are refused', (params) => {
  expect(refusalOf(() => toMessage(DeleteRecording, params)).details['field']).toBe('params');
});

it('CM4 absent params count as an empty object', () => {
  expect(refusalOf(() => toMessage(DeleteRecording, undefined)).details['field']).toBe('id');
});

it('CM5 a setting keeps the very value that was sent', () => {
  const value = JSON.parse(
    '{"__proto__": {"a": 1}, "list": [1, {"deep": null}], "constructor": "x"}',
  ) as unknown;
  const before = JSON.stringify(value);
  const message = toMessage(SaveSetting, { key: 'a', value });
  expect(message.value).toBe(value);
  expect(JSON.stringify(message.value)).toBe(before);
});

it.each<[Type<object>, Params, string]>([
  [SaveSetting, { key: 'a', value: long(65_535) }, 'value'],
  [SaveSetting, { key: 'a', value: '€'.repeat(22_000) }, 'value'],
  [SaveSettings, { values: { a: long(65_535) } }, 'values'],
  [AddDictionaryEntry, { trigger: 'a', replacement: long(65_537) }, 'replacement'],
  [AddVoiceCommand, { phrase: 'a', action_type: 'custom', action_payload: [long(65_533)] }, 'action_payload'],
  [AddRecording, { file_path: '/a.wav', transcription: long(2 ** 20 + 1) }, 'transcription'],
])('CM5 %p with too much in it is LIMIT_EXCEEDED', (type, params, field) => {
  expect(refusalOf(() => toMessage(type, params))).toMatchObject({
    code: 'LIMIT_EXCEEDED',
    details: { field },
  });
});

it('CM5 contents of exactly the limit pass', () => {
  expect(toMessage(SaveSetting, { key: 'a', value: long(65_534) })).toBeDefined();
  expect(
    toMessage(AddDictionaryEntry, { trigger: 'a', replacement: '€€'.padEnd(65_532, 'x') }),
  ).toBeDefined();
});

it('CM21 the quick check and class-validator agree on every command', () => {
  const anything = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(undefined, 'merge', 'open_app', '/x', true),
  );
  for (const [type, good] of TABLE) {
    const rules = new MessageRules(type);
    const params = fc.dictionary(fc.constantFrom(...rules.fields), anything, { noNullPrototype: true });
    fc.assert(
      fc.property(params, (change) => {
        const message = Object.assign(new type(), good, change);
        const told = validateSync(message, { forbidUnknownValues: false }).map(({ property }) => property);
        expect(rules.errors(message).map(({ property }) => property)).toEqual(told);
      }),
      { numRuns: 100 },
    );
  }
});
