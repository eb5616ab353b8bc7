import type { FieldsClass, JsonSchema } from '../../../fields/fields.ts';
import { fieldsOf, type FieldSchema } from '../../../fields/schema.ts';

/** The fields of a message class as OpenRPC describes params: those that must be there come first. */
export function paramsOf(message: FieldsClass): FieldSchema[] {
  return fieldsOf(message, refTo).sort((a, b) => Number(b.required) - Number(a.required));
}

function refTo({ name }: FieldsClass): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}
