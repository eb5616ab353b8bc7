import { validateSync } from 'class-validator';
import {
  field,
  IsId,
  IsText,
  type Field,
  type FieldRule,
  type FieldsClass,
  type JsonSchema,
} from './fields.ts';
import { LIMITS } from './limits.ts';

/** A list of at most `max` items, each as `item` says. */
export function IsListOf(
  item: Field,
  { max = LIMITS.list_items, unique = false }: { max?: number; unique?: boolean } = {},
): Field {
  const [kind, ...others] = item.rules;
  return field(
    (to) => ({
      type: 'array',
      items: item.schema(to),
      ...(Number.isFinite(max) && { maxItems: max }),
      ...(unique && { uniqueItems: true }),
    }),
    {
      name: 'isListOf',
      allowed: `${listOf(max)}, each ${kind.allowed}${unique ? ', none of them twice' : ''}`,
      check: (list) =>
        Array.isArray(list) &&
        list.length <= max &&
        list.every((one) => kind.check(one)) &&
        (!unique || new Set(list).size === list.length),
    },
    ...others.map((rule) => each(rule, (list) => (Array.isArray(list) ? list : []))),
  );
}

/** A list of however many items: for answers, never for params. */
export function IsAnyListOf(item: Field): Field {
  return IsListOf(item, { max: Infinity });
}

function listOf(max: number): string {
  return Number.isFinite(max) ? `a list of at most ${max} items` : 'a list of items';
}

export function IsIds(): Field {
  return IsListOf(IsId(), { unique: true });
}

/** An object of values that are each as `value` says, by keys that are each as `key` says. */
export function IsMapOf(
  value: Field,
  { key = IsText(), min = 0, max = LIMITS.list_items }: { key?: Field; min?: number; max?: number } = {},
): Field {
  const [kind, ...others] = value.rules;
  const [keys] = key.rules;
  return field(
    (to) => ({
      type: 'object',
      propertyNames: key.schema(to),
      additionalProperties: value.schema(to),
      minProperties: min,
      ...(Number.isFinite(max) && { maxProperties: max }),
    }),
    {
      name: 'isMapOf',
      allowed: `an object of ${Number.isFinite(max) ? `${min} to ${max} ` : ''}entries, each key ${keys.allowed}, each value ${kind.allowed}`,
      check: (map) => {
        if (!isObject(map)) return false;
        const entries = Object.entries(map);
        const isFull = entries.length >= min && entries.length <= max;
        return isFull && entries.every(([name, one]) => keys.check(name) && kind.check(one));
      },
    },
    ...others.map((rule) => each(rule, (map) => (isObject(map) ? Object.values(map) : []))),
  );
}

/** An object with the fields of a class, or of one of several. */
export function IsObject(...classes: readonly FieldsClass[]): Field {
  const names = classes.map(({ name }) => name).join(' or ');
  return field((to) => anyOf(classes.map((one) => to(one))), {
    name: 'isObject',
    allowed: `an object as ${names} is described`,
    check: (value) => isObject(value) && classes.some((one) => isValid(Object.assign(new one(), value))),
  });
}

function anyOf(schemas: JsonSchema[]): JsonSchema {
  return schemas.length === 1 ? schemas[0]! : { anyOf: schemas };
}

/** A JSON object of whatever fields. */
export function IsAnyObject(): Field {
  return field({ type: 'object' }, { name: 'isAnyObject', allowed: 'an object', check: isObject });
}

function each(rule: FieldRule, itemsOf: (collection: unknown) => unknown[]): FieldRule {
  return {
    ...rule,
    allowed: `${rule.allowed} each`,
    check: (collection) => itemsOf(collection).every((item) => rule.check(item)),
  };
}

function isValid(fields: object): boolean {
  return validateSync(fields, { whitelist: true, forbidNonWhitelisted: true }).length === 0;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
