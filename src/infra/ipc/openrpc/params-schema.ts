import { getMetadataStorage, IS_OPTIONAL } from 'class-validator';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import type { DtoClass } from '../transport/dto-rules.ts';

export type JsonSchema = Record<string, unknown>;

/** A param as OpenRPC describes it. */
export interface ContentDescriptor {
  name: string;
  required: boolean;
  schema: JsonSchema;
}

/** The fields of a message class, from the same decorators that check them. */
export function paramsOf(dtoClass: DtoClass): ContentDescriptor[] {
  const metadata = getMetadataStorage().getTargetValidationMetadatas(dtoClass, '', false, false);
  if (metadata.length === 0) return [];
  const nullable = new Set(
    metadata.filter(({ name }) => name === IS_OPTIONAL).map((rule) => rule.propertyName),
  );
  const { properties = {}, required = [] } = targetConstructorToSchema(dtoClass);
  return Object.entries(properties)
    .map(([name, property]) => {
      // Messages are flat: what refers to another class is a field of any type, whose rule has no schema.
      const { $ref: _, ...schema } = property as JsonSchema;
      return {
        name,
        required: required.includes(name),
        schema: nullable.has(name) ? orNull(schema) : schema,
      };
    })
    .sort((a, b) => Number(b.required) - Number(a.required));
}

/** A field that may be absent may as well be null. */
function orNull(schema: JsonSchema): JsonSchema {
  const isOpen = schema['type'] === undefined && schema['enum'] === undefined;
  return isOpen ? schema : { anyOf: [schema, { type: 'null' }] };
}
