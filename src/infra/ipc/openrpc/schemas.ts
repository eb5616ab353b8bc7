import { HeycatError } from '../../../errors.ts';
import { IsObject } from '../../../fields/collections.ts';
import type { FieldsClass, JsonSchema } from '../../../fields/fields.ts';
import { fieldsOf, schemaOf, type FieldSchema } from '../../../fields/schema.ts';

export interface Reference {
  $ref: string;
}

/** The classes that params and answers are made of, each described once under its name. */
export class Schemas {
  readonly byName: Record<string, JsonSchema> = {};
  readonly #classes = new Map<string, FieldsClass>();

  readonly #to = (fields: FieldsClass): JsonSchema => {
    const { name } = fields;
    if (!this.#classes.has(name)) {
      this.#classes.set(name, fields);
      this.byName[name] = schemaOf(fields, this.#to);
    }
    if (this.#classes.get(name) === fields) return { $ref: `#/components/schemas/${name}` };
    throw new HeycatError(
      'INTERNAL',
      `Two classes of fields are called ${name}; describe cannot distinguish them.`,
    );
  };

  /** The fields of a message: those that must be there come first, as OpenRPC wants it. */
  params(message: FieldsClass): FieldSchema[] {
    return fieldsOf(message, this.#to).sort((a, b) => Number(b.required) - Number(a.required));
  }

  /** An instance of one of the classes. */
  anyOf(classes: readonly FieldsClass[]): JsonSchema {
    return IsObject(...classes).schema(this.#to);
  }

  /** An answer that is an instance of one of the classes. */
  answer(classes: readonly FieldsClass[]): JsonSchema {
    const schemas = classes.map((fields) => schemaOf(fields, this.#to));
    return schemas.length === 1 ? schemas[0]! : { oneOf: schemas };
  }
}
