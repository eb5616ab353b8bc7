import type { AlgebraicType } from '@clockworklabs/spacetimedb-sdk';
import * as fc from 'fast-check';
import { IDENTITY, optionOf, TIMESTAMP, wraps, type TypeSchema } from '../../src/infra/bsatn/types.ts';
import { schemaOf } from '../../src/infra/database/connection/remote-module.ts';

interface Values<T> {
  good: readonly T[];
  /** What the module refuses, or takes badly. */
  bad: readonly T[];
}

const MODES = { good: ['merge', 'replace'], bad: ['mix'] };
/** Few values, so that they meet each other. */
const TEXTS: Readonly<Record<string, Values<string>>> = {
  command_id: {
    good: Array.from({ length: 300 }, (_, n) => `c${n}`),
    bad: ['', 'x'.repeat(300), 'c1', 'c2'],
  },
  trigger: {
    good: ['brb', 'BRB', 'omw', 'Straße', 'a', 'b'],
    bad: [' brb ', 'STRASSE', '', 'x'.repeat(257)],
  },
  phrase: { good: ['open {app}', 'stop', 'go on', 'next'], bad: ['OPEN {APP}', '', '{', '{a}{a}'] },
  key: { good: ['theme', 'language', "it's", 'ключ'], bad: ['', 'k'.repeat(129)] },
  value: {
    good: ['1', '"dark"', '{"a":[1,2]}', '{"b":1,"a":2}'],
    bad: ['no json', '', `"${'x'.repeat(70_000)}"`],
  },
  result: { good: ['{}', '{"id":1}'], bad: ['no json'] },
  payload: { good: ['{"key":"theme","value":2}', '{"id":1}'], bad: ['{}', 'no json'] },
  action_payload: { good: ['{}', '{"app":"Editor"}'], bad: ['[', '"text"'] },
  action_type: { good: ['open_app', 'type_text', 'system_control', 'custom'], bad: ['none'] },
  status: { good: ['recorded', 'transcribing', 'completed'], bad: ['recording', 'failed', 'lost'] },
  dictionary_mode: MODES,
  command_mode: MODES,
  event_type: { good: ['setting_updated', 'recording_deleted'], bad: ['unknown'] },
  epoch: { good: ['ab'.repeat(16)], bad: ['', 'AB'.repeat(16)] },
  fingerprint: { good: ['ab'.repeat(32)], bad: ['x'.repeat(65)] },
  file_path: { good: ['/recordings/a.wav', '/recordings/b.wav'], bad: ['', 'a.wav'] },
  suffix: { good: ['.', '!', '🐈'], bad: ['é'.repeat(6)] },
  title_pattern: { good: ['^a', 'b+$'], bad: ['(', ''] },
};
const ANY_TEXT = { good: ['a', 'b', "it's", '🐈'], bad: ['', 'é'.repeat(6), 'long '.repeat(2_000)] };
const NUMBERS: Readonly<Record<string, Values<number>>> = {
  expected_seq: { good: [1, 2, 3, 5, 8], bad: [0] },
  expected_next_seq: { good: [1, 2, 3, 5, 8], bad: [0] },
  below_seq: { good: [3, 10, 1_000], bad: [0] },
  schema_version: { good: [1], bad: [2, 9] },
  priority: { good: [-5, 0, 1], bad: [2_147_483_647, -2_147_483_648] },
  sample_rate: { good: [16_000, 44_100], bad: [0, 4_294_967_295] },
};
const IDS = { good: [1, 2, 3], bad: [0, 6, 99, 2 ** 53 - 1] };
const TIMES = {
  good: [1_700_000_000_000, 1_700_000_000_001].map(isoTime),
  bad: [0, 1_000, 4_000_000_000_000].map(isoTime),
};

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

function pick<T>({ good, bad }: Values<T>): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 25, arbitrary: fc.constantFrom(...good) },
    { weight: 1, arbitrary: fc.constantFrom(...bad) },
  );
}

/** Stands for the person of that number; see {@link withIdentities}. */
const PERSON = 'person ';

/** Arguments of a reducer in wire form, made from its generated description. */
export function reducerArgs(type: AlgebraicType): fc.Arbitrary<Record<string, unknown>> {
  return product(schemaOf(type) as TypeSchema & { kind: 'product' }) as fc.Arbitrary<Record<string, unknown>>;
}

function valueOf(name: string, type: TypeSchema): fc.Arbitrary<unknown> {
  if (type.kind === 'string') return pick(TEXTS[name] ?? ANY_TEXT);
  if (type.kind === 'bool') return fc.boolean();
  if (name === 'clear')
    return rarely(fc.array(fc.constantFrom('suffix', 'title_pattern', 'error', 'id')), []);
  if (type.kind === 'array') return fc.array(valueOf(name, type.element), { maxLength: 3 });
  if (type.kind === 'product') return product(type);
  if (type.kind === 'sum') {
    const some = valueOf(name, optionOf(type)!);
    // Mostly absent where it mostly makes a call fail.
    return name === 'expected_seq' ? rarely(some, null) : fc.oneof(fc.constant(null), some);
  }
  return pick(NUMBERS[name] ?? IDS);
}

function rarely(values: fc.Arbitrary<unknown>, otherwise: unknown): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 10, arbitrary: fc.constant(otherwise) }, { weight: 1, arbitrary: values });
}

function product(type: TypeSchema & { kind: 'product' }): fc.Arbitrary<unknown> {
  if (wraps(type, IDENTITY)) return fc.constantFrom(`${PERSON}0`, `${PERSON}1`, `${PERSON}2`);
  if (wraps(type, TIMESTAMP)) return pick(TIMES);
  const fields = type.elements.map(({ name = '', type: field }) => [name, valueOf(name, field)]);
  return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>);
}

/** Puts identities, 64 hex digits, in the place of the persons. */
export function withIdentities<T>(value: T, people: readonly string[]): T {
  const text = JSON.stringify(value).replace(
    /"person (\d)"/g,
    (_match, number: string) => `"${people[Number(number)]!}"`,
  );
  return JSON.parse(text) as T;
}
