import { getMetadataStorage, IS_OPTIONAL } from 'class-validator';
import {
  isGiven,
  isNotNull,
  type Field,
  type FieldsClass,
  type JsonSchema,
  type ReferenceTo,
} from './fields.ts';

/** What a class says about one of its fields. */
export interface FieldSchema {
  name: string;
  required: boolean;
  schema: JsonSchema;
}

export function fieldNames(fields: FieldsClass): string[] {
  return Object.keys(rulesOf(fields));
}

/** The fields of a class, from the same decorators that check them. */
export function fieldsOf(fields: FieldsClass, to: ReferenceTo): FieldSchema[] {
  return Object.entries(rulesOf(fields)).map(([name, rules]) => {
    const isOptional = rules.some((rule) => rule.name === IS_OPTIONAL);
    const has = (condition: typeof isGiven): boolean =>
      rules.some(({ constraints }) => constraints?.[0] === condition);
    const said = rules.map(({ context }) => context as Partial<Field> | undefined);
    const schema = said.find((context) => context?.schema !== undefined)?.schema?.(to) ?? {};
    return {
      name,
      required: !isOptional && !has(isGiven),
      schema: isOptional || has(isNotNull) ? orNull(schema) : schema,
    };
  });
}

/** By field, those of the base first. */
function rulesOf(fields: FieldsClass) {
  const storage = getMetadataStorage();
  const rules = storage.getTargetValidationMetadatas(fields, '', false, false);
  const [own, inherited] = [true, false].map((isOwn) =>
    rules.filter(({ target }) => (target === fields) === isOwn),
  );
  return storage.groupByPropertyName([...inherited!, ...own!]);
}

export function schemaOf(fields: FieldsClass, to: ReferenceTo): JsonSchema {
  const all = fieldsOf(fields, to);
  return {
    type: 'object',
    properties: Object.fromEntries(all.map(({ name, schema }) => [name, schema])),
    required: all.filter(({ required }) => required).map(({ name }) => name),
  };
}

/** Null is in what has no bounds already. */
function orNull(schema: JsonSchema): JsonSchema {
  const isBound = ['type', 'enum', 'anyOf', '$ref'].some((key) => key in schema);
  return isBound ? { anyOf: [schema, { type: 'null' }] } : schema;
}
