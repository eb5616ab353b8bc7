import { applyDecorators } from '@nestjs/common';
import { IsBoolean, IsIn, ValidateBy, ValidateIf } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import type { ErrorCode } from '../errors.ts';
import { LIMITS, MAX_WHOLE } from './limits.ts';

type JsonSchema = Record<string, unknown>;

interface FieldRule {
  name: string;
  /** Continues «<field> must be …». */
  allowed: string;
  check(value: unknown): boolean;
  /** INVALID_ARGUMENT when absent. */
  code?: ErrorCode;
}

/**
 * Class-validator rules whose messages say what is allowed and never repeat the value, which may be dictated text.
 * @param schema JSON Schema of what they allow, as far as it can be said there.
 */
export function Field(schema: JsonSchema, ...rules: FieldRule[]): PropertyDecorator {
  return applyDecorators(
    ...rules.map(ruleDecorator),
    JSONSchema(() => schema),
  );
}

function ruleDecorator({ name, allowed, check, code }: FieldRule): PropertyDecorator {
  const validator = { validate: check, defaultMessage: () => `$property must be ${allowed}.` };
  return ValidateBy({ name, validator }, code === undefined ? {} : { context: { code } });
}

/** May be absent, but not null: for the fields of an update that cannot be emptied. */
export function MayBeAbsent(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}

export function IsWhole(min: number, max: number): PropertyDecorator {
  return Field(
    { type: 'integer', minimum: min, maximum: max },
    {
      name: 'isWhole',
      allowed: `an integer from ${min} to ${max === MAX_WHOLE ? '2^53 - 1' : max}`,
      check: (value) => isWhole(value, min, max),
    },
  );
}

export function IsId(): PropertyDecorator {
  return IsWhole(1, MAX_WHOLE);
}

/** What the module's i32 holds. */
export function IsPriority(): PropertyDecorator {
  return IsWhole(-(2 ** 31), 2 ** 31 - 1);
}

/** Up to a thousand ids, none of them twice. */
export function IsIds(): PropertyDecorator {
  const maxItems = LIMITS.list_items;
  const items = { type: 'integer', minimum: 1, maximum: MAX_WHOLE };
  return Field(
    { type: 'array', items, maxItems, uniqueItems: true },
    {
      name: 'isIds',
      allowed: `a list of at most ${maxItems} ids, integers from 1 to 2^53 - 1, none of them twice`,
      check: (value) =>
        Array.isArray(value) &&
        value.length <= maxItems &&
        value.every((id) => isWhole(id, 1, MAX_WHOLE)) &&
        new Set(value).size === value.length,
    },
  );
}

/** Text of at most `max` characters. */
export function IsText(max: number): PropertyDecorator {
  return Field(
    { type: 'string', maxLength: max },
    {
      name: 'isText',
      allowed: `text of at most ${max} characters`,
      check: (value) => isText(value) && !isLongerThan(value, max),
    },
  );
}

/** Text of 1 to `max` characters that is not only white space. */
export function IsName(max: number): PropertyDecorator {
  return Field(
    { type: 'string', minLength: 1, maxLength: max, pattern: '\\S' },
    {
      name: 'isName',
      allowed: `text of 1 to ${max} characters that is not blank`,
      check: (value) => isName(value, max),
    },
  );
}

/** Contents of at most `max` bytes as UTF-8; larger ones are LIMIT_EXCEEDED. */
export function IsContents(max: number): PropertyDecorator {
  return Field(
    { type: 'string', 'x-max-bytes': max },
    { name: 'isContents', allowed: 'text', check: isText },
    atMostBytes(max, (value) => (typeof value === 'string' ? value : '')),
  );
}

/** Any JSON value of at most 64 KiB when written out; null is a value too. */
export function IsJsonValue(): PropertyDecorator {
  const max = LIMITS.json_value_bytes;
  return Field(
    { 'x-max-bytes': max },
    { name: 'isJsonValue', allowed: 'a JSON value', check: (value) => jsonText(value) !== undefined },
    atMostBytes(max, (value) => jsonText(value) ?? ''),
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

export function IsFlag(): PropertyDecorator {
  return IsBoolean({ message: '$property must be true or false.' });
}

export function IsOneOf(values: readonly string[]): PropertyDecorator {
  return IsIn(values, { message: `$property must be one of ${values.join(', ')}.` });
}

/** @returns the value as JSON, or undefined where JSON cannot say it. */
export function jsonText(value: unknown): string | undefined {
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

function isWhole(value: unknown, min: number, max: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
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
