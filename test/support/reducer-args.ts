import type { AlgebraicType } from '@clockworklabs/spacetimedb-sdk';
import * as fc from 'fast-check';
import { fieldsOf } from '../../src/infra/link/schema-codec.ts';

/** Values that meet each other: few names, few ids, and some that the module refuses. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  command_id: Array.from({ length: 40 }, (_, n) => `c${n}`).concat(''),
  trigger: ['brb', 'BRB', ' brb ', 'omw', 'Straße', 'STRASSE', '', 'x'.repeat(257)],
  phrase: ['open {app}', 'OPEN {APP}', 'stop', '', 'go on'],
  key: ['theme', 'language', "it's", '', 'k'.repeat(129), 'ключ'],
  value: ['1', '"dark"', '{"a":[1,2]}', '{"b":1,"a":2}', 'no json', ''],
  result: ['{}', '{"id":1}', 'no json'],
  payload: ['{}', '{"id":1}', '{"key":"theme","value":2}', 'no json', '{"id":1,"trigger":"brb"}'],
  action_payload: ['{}', '{"app":"Editor"}', '[', '"text"'],
  action_type: ['open_app', 'type_text', 'system_control', 'custom', 'none'],
  status: ['recording', 'recorded', 'transcribing', 'completed', 'failed', 'lost'],
  dictionary_mode: ['merge', 'replace', 'mix'],
  command_mode: ['merge', 'replace', 'mix'],
  event_type: ['setting_updated', 'recording_deleted', 'dictionary_updated', 'unknown'],
  fingerprint: ['ab'.repeat(32), 'x'.repeat(65)],
  clear: ['suffix', 'title_pattern', 'transcription', 'error', 'id'],
};
const ANY_TEXT = ['', 'a', 'b', "it's", '🐈', 'é'.repeat(6), 'long '.repeat(2_000)];
const NUMBERS: Readonly<Record<string, readonly number[]>> = {
  expected_seq: [0, 1, 2, 3, 5, 8],
  below_seq: [0, 3, 10, 1_000],
  schema_version: [1, 2, 9],
  priority: [-5, 0, 1, 2_147_483_647],
};
const IDS = [1, 2, 3, 4, 5, 6, 99];
const TIMES = [0, 1_000, 1_700_000_000_000, 1_700_000_000_001, 4_000_000_000_000].map((ms) =>
  new Date(ms).toISOString(),
);
/** Stands for the person of that number; see {@link withIdentities}. */
const PERSON = 'person ';

/** Arguments of a reducer in wire form, made from its generated description. */
export function reducerArgs(type: AlgebraicType): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(
    Object.fromEntries(fieldsOf(type).map((field) => [field.name, valueOf(field.name, field.type)])),
  );
}

function valueOf(name: string, type: AlgebraicType): fc.Arbitrary<unknown> {
  const kind = type.type as string;
  if (kind === 'String') return fc.constantFrom(...(TEXTS[name] ?? ANY_TEXT));
  if (kind === 'Bool') return fc.boolean();
  if (kind === 'ArrayType') return fc.array(valueOf(name, type.array), { maxLength: 3 });
  if (kind === 'ProductType') return product(type);
  if (kind === 'SumType') {
    const some = valueOf(name, type.sum.variants[0]!.algebraicType);
    // Mostly absent where it mostly makes a call fail.
    const absent = { weight: name === 'expected_seq' ? 6 : 1, arbitrary: fc.constant(null) };
    return fc.oneof(absent, { weight: 1, arbitrary: some });
  }
  return fc.constantFrom(...(NUMBERS[name] ?? IDS));
}

function product(type: AlgebraicType): fc.Arbitrary<unknown> {
  const [first] = type.product.elements;
  if (first?.name === '__identity__') return fc.constantFrom(`${PERSON}0`, `${PERSON}1`, `${PERSON}2`);
  if (first?.name === '__timestamp_micros_since_unix_epoch__') return fc.constantFrom(...TIMES);
  return reducerArgs(type);
}

/** Puts identities, 64 hex digits, in the place of the persons. */
export function withIdentities<T>(value: T, people: readonly string[]): T {
  const text = JSON.stringify(value).replace(
    /"person (\d)"/g,
    (_match, number: string) => `"${people[Number(number)]!}"`,
  );
  return JSON.parse(text) as T;
}
