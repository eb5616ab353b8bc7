import { isUUID, ValidateBy, ValidateIf } from 'class-validator';
import type { ErrorCode } from '../errors.ts';
import { LIMITS, MAX_INTEGER } from './limits.ts';

/** Absent or null: both mean that no value is given. */
export { IsOptional } from 'class-validator';

export type JsonSchema = Record<string, unknown>;
/** A class whose fields are decorated. */
export type FieldsClass<T extends object = object> = new () => T;
/** How one schema names that of a class. */
export type ReferenceTo = (fields: FieldsClass) => JsonSchema;

export interface FieldRule {
  name: string;
  /** Continues «<field> must be …». */
  allowed: string;
  check: (value: unknown) => boolean;
  /** INVALID_ARGUMENT when absent. */
  code?: ErrorCode;
}

/** The decorator of a field, of which those of lists and maps are made as well. */
export type Field = PropertyDecorator & {
  /** The first checks whether it is of the kind at all. */
  readonly rules: readonly [FieldRule, ...FieldRule[]];
  /** JSON Schema of what the rules allow, as far as it can be said there. */
  schema(to: ReferenceTo): JsonSchema;
};

/** A field whose sentences say what is allowed and never repeat the value, which may be dictated text. */
export function field(schema: JsonSchema | Field['schema'], ...rules: [FieldRule, ...FieldRule[]]): Field {
  const schemaOf = typeof schema === 'function' ? schema : () => schema;
  const decorators = rules.map(({ name, allowed, check, code }) => {
    const validator = { validate: check, defaultMessage: () => `$property must be ${allowed}.` };
    return ValidateBy({ name, validator }, { context: { code, schema: schemaOf } });
  });
  const decorate: PropertyDecorator = (target, key) => {
    for (const decorator of decorators) decorator(target, key);
  };
  return Object.assign(decorate, { rules, schema: schemaOf });
}

/** May be absent, but not null. */
export function MayBeAbsent(): PropertyDecorator {
  return ValidateIf(isGiven);
}

/** May be null, but not absent. */
export function MayBeNull(): PropertyDecorator {
  return ValidateIf(isNotNull);
}

export const isGiven = (_: object, value: unknown): boolean => value !== undefined;
export const isNotNull = (_: object, value: unknown): boolean => value !== null;

/** From `min` to `max`, both included. */
export function IsInteger(min: number, max: number = MAX_INTEGER): Field {
  return field(
    { type: 'integer', minimum: min, maximum: max },
    {
      name: 'isInteger',
      allowed: `an integer from ${min} to ${max === MAX_INTEGER ? '2^53 - 1' : max}`,
      check: (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
    },
  );
}

export function IsId(): Field {
  return IsInteger(1);
}

/** Number of an event in the log, or 0: before the first. */
export function IsSeq(): Field {
  return IsInteger(0);
}

/** How long a caller waits for an answer, in ms. */
export function IsTimeout(): Field {
  return IsInteger(0, LIMITS.timeout_ms_max);
}

/** What the module's i32 holds. */
export function IsPriority(): Field {
  return IsInteger(-(2 ** 31), 2 ** 31 - 1);
}

/** What is measured, in whatever fractions. */
export function IsNumber(): Field {
  return field({ type: 'number' }, { name: 'isNumber', allowed: 'a number', check: Number.isFinite });
}

export function IsFlag(): Field {
  const check = (value: unknown): boolean => typeof value === 'boolean';
  return field({ type: 'boolean' }, { name: 'isFlag', allowed: 'true or false', check });
}

export function IsOneOf(values: readonly (string | boolean)[]): Field {
  const allowed = values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
  const check = (value: unknown): boolean => values.includes(value as string);
  return field({ enum: values }, { name: 'isOneOf', allowed, check });
}

/** Text of at most `max` characters, or of any length. */
export function IsText(max: number = Infinity): Field {
  const hasEnd = Number.isFinite(max);
  return field(
    { type: 'string', ...(hasEnd && { maxLength: max }) },
    {
      name: 'isText',
      allowed: hasEnd ? `text of at most ${max} characters` : 'text',
      check: (value) => isText(value) && !isLongerThan(value, max),
    },
  );
}

/** Text of 1 to `max` characters that is not only white space. */
export function IsName(max: number): Field {
  return field(
    { type: 'string', minLength: 1, maxLength: max, pattern: '\\S' },
    {
      name: 'isName',
      allowed: `text of 1 to ${max} characters that is not blank`,
      check: (value) => isName(value, max),
    },
  );
}

/** Contents of at most `max` bytes as UTF-8; larger ones are LIMIT_EXCEEDED. */
export function IsContents(max: number): Field {
  return field(
    { type: 'string', 'x-max-bytes': max },
    { name: 'isContents', allowed: 'text', check: isText },
    atMostBytes(max, (value) => (typeof value === 'string' ? value : '')),
  );
}

/** Any JSON value of at most 64 KiB when written out; null is a value too. */
export function IsJsonValue(): Field {
  const max = LIMITS.json_value_bytes;
  return field(
    { 'x-max-bytes': max },
    { name: 'isJsonValue', allowed: 'a JSON value', check: (value) => jsonText(value) !== undefined },
    atMostBytes(max, (value) => jsonText(value) ?? ''),
  );
}

/** As {@link IsJsonValue}, where null would empty what cannot be empty. */
export function IsJsonValueButNull(): Field {
  const [kind, size] = IsJsonValue().rules;
  return field(
    { not: { type: 'null' }, 'x-max-bytes': LIMITS.json_value_bytes },
    {
      ...kind,
      allowed: 'a JSON value other than null',
      check: (value) => value !== null && kind.check(value),
    },
    size!,
  );
}

function atMostBytes(max: number, textOf: (value: unknown) => string): FieldRule {
  return {
    name: 'isAtMostBytes',
    allowed: `at most ${max} bytes`,
    check: (value) => isAtMostBytes(textOf(value), max),
    code: 'LIMIT_EXCEEDED',
  };
}

export function IsUuid(): Field {
  const check = (value: unknown): boolean => isUUID(value);
  return field({ type: 'string', format: 'uuid' }, { name: 'isUuid', allowed: 'a UUID', check });
}

/** 32 bytes: an identity, a nonce, a proof. */
export function IsHex32(): Field {
  return IsLike(/^[0-9a-f]{64}$/, '32 bytes in lower-case hex');
}

/** An instant, as the service writes it. */
export function IsTime(): Field {
  return IsLike(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/, 'a time such as 2026-05-01T08:00:00.000Z');
}

/** A time or a day as a user may give it; see {@link instantOf}. */
export function IsTimeOrDay(): Field {
  return field(
    { type: 'string', pattern: TIME_OR_DAY.source },
    {
      name: 'isTimeOrDay',
      allowed: 'an ISO 8601 time such as 2026-05-01T08:00:00Z',
      check: (value) =>
        typeof value === 'string' && TIME_OR_DAY.test(value) && instantOf(value) !== undefined,
    },
  );
}

const TIME_OR_DAY = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** The time as the service writes it; one without a zone is UTC. Undefined for one that does not exist. */
export function instantOf(text: string): string | undefined {
  const zoned = /T.*(Z|[+-]\d\d:\d\d)$/.test(text) || !text.includes('T') ? text : `${text}Z`;
  const time = new Date(zoned);
  const iso = Number.isNaN(time.getTime()) ? '' : time.toISOString();
  return /^\d{4}-/.test(iso) ? iso : undefined;
}

/** A day in UTC. */
export function IsDay(): Field {
  return IsLike(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'a day such as 2026-05-01');
}

/** Text of a form. @param allowed continues «<field> must be …». */
export function IsLike(form: RegExp, allowed: string): Field {
  const check = (value: unknown): boolean => typeof value === 'string' && form.test(value);
  return field({ type: 'string', pattern: form.source }, { name: 'isLike', allowed, check });
}

/** @returns the value as JSON, or undefined where JSON cannot say it. */
function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

export function isAtMostBytes(text: string, max: number): boolean {
  // A UTF-16 unit takes at most three bytes as UTF-8: counting is only needed near the limit.
  return text.length * 3 <= max || (text.length <= max && Buffer.byteLength(text) <= max);
}

/** Half a surrogate pair is no text: it could be stored only as something else. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && !/\p{Surrogate}/u.test(value);
}

export function isName(value: unknown, max: number): value is string {
  return isText(value) && !isLongerThan(value, max) && value.trim() !== '';
}

/** Counts characters as the module does, by code points. */
function isLongerThan(text: string, max: number): boolean {
  if (text.length <= max) return false;
  return text.length > 2 * max || [...text].length > max;
}
