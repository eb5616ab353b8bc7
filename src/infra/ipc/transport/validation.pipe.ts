import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { getMetadataStorage, ValidationTypes, validateSync, type ValidationError } from 'class-validator';
import { HeycatError, type ErrorCode } from '../../../errors.ts';
import type { FieldsClass } from '../../../fields/fields.ts';
import { isObject } from './wire-format.ts';
import { closest } from './suggest.ts';

type Dto = Record<string, unknown>;

const BUILT_IN = new Set<unknown>([Object, Array, String, Number, Boolean]);
const MAX_NAME = 64;

/**
 * Makes a request's params an instance of the message class that the controller names, checked by its decorators.
 * Values are taken over as they came, never converted or copied: a setting's value is any JSON.
 * @throws HeycatError INVALID_ARGUMENT, or LIMIT_EXCEEDED for contents that are too large; the sentence names the first
 * field that is wrong and what it may hold, details are `{field, problems}`.
 */
@Injectable()
export class ValidationPipe implements PipeTransform {
  readonly #rules = new Map<FieldsClass, MessageRules>();

  transform(params: unknown, { metatype, type }: ArgumentMetadata): unknown {
    if (type === 'custom' || metatype === undefined || BUILT_IN.has(metatype)) return params;
    return this.#toDto(metatype as FieldsClass, params ?? {});
  }

  #toDto(dtoClass: FieldsClass, params: unknown): object {
    if (!isObject(params)) throw invalid('params', ['params must be an object.']);
    const rules = this.#rulesOf(dtoClass);
    const dto = new dtoClass();
    for (const field of Object.keys(params)) {
      // Only fields with rules are written, so neither __proto__ nor constructor can be.
      if (rules.has(field)) (dto as Dto)[field] = params[field];
      else throw unknownField(field, rules.fields);
    }
    const errors = rules.errors(dto);
    if (errors.length > 0) throw toHeycatError(errors);
    return dto;
  }

  #rulesOf(dtoClass: FieldsClass): MessageRules {
    let rules = this.#rules.get(dtoClass);
    if (rules === undefined) {
      rules = new MessageRules(dtoClass);
      this.#rules.set(dtoClass, rules);
    }
    return rules;
  }
}

function invalid(field: string, problems: string[], code: ErrorCode = 'INVALID_ARGUMENT'): HeycatError {
  return new HeycatError(code, problems[0], { field, problems });
}

function unknownField(name: string, allowed: string[]): HeycatError {
  const field = name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name;
  const meant = closest(name, allowed);
  const hint = meant === undefined ? `allowed are ${allowed.join(', ')}` : `did you mean ${meant}?`;
  return invalid(field, [`There is no field ${field} here; ${hint}`]);
}

function toHeycatError(errors: ValidationError[]): HeycatError {
  const problems = errors.map(({ constraints }) => Object.values(constraints ?? {}).join('; '));
  const { property, contexts } = errors[0]!;
  const known = Object.values(contexts ?? {}) as { code?: ErrorCode }[];
  return invalid(property, problems, known.find(({ code }) => code !== undefined)?.code);
}

type Metadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];
type Test = (dto: Dto, value: unknown) => boolean;

interface TestsOfField {
  /** False for one of them means that the field is not looked at. */
  conditions: Test[];
  tests: Test[];
}

/**
 * The class-validator rules of one message class, looked up once. The library looks them up at every call, which costs
 * more than the checks; so the good case, nearly every one, is decided here, and for all else it is asked.
 */
export class MessageRules {
  readonly #fields = new Map<string, TestsOfField>();

  constructor(dtoClass: FieldsClass) {
    for (const metadata of getMetadataStorage().getTargetValidationMetadatas(dtoClass, '', false, false)) {
      const field = this.#fields.get(metadata.propertyName) ?? { conditions: [], tests: [] };
      this.#fields.set(metadata.propertyName, field);
      const isCondition = metadata.type === ValidationTypes.CONDITIONAL_VALIDATION;
      if (isCondition) field.conditions.push(metadata.constraints[0] as Test);
      else field.tests.push(...testsOf(metadata));
    }
  }

  get fields(): string[] {
    return [...this.#fields.keys()];
  }

  has(field: string): boolean {
    return this.#fields.has(field);
  }

  /** What class-validator says against it; empty when it is valid. */
  errors(dto: object): ValidationError[] {
    if (this.#passes(dto as Dto)) return [];
    return validateSync(dto, {
      forbidUnknownValues: false,
      validationError: { target: false, value: false },
    });
  }

  #passes(dto: Dto): boolean {
    for (const [field, { conditions, tests }] of this.#fields) {
      const value = dto[field];
      if (conditions.every((applies) => applies(dto, value)) && !tests.every((test) => test(dto, value))) {
        return false;
      }
    }
    return true;
  }
}

/** A rule of a kind that is not known here never passes, so that the library decides. */
function testsOf(metadata: Metadata): Test[] {
  if (metadata.type === ValidationTypes.WHITELIST) return [];
  if (metadata.validateIf !== undefined || metadata.constraintCls === undefined) return [() => false];
  const { propertyName: property, constraints, each } = metadata;
  return getMetadataStorage()
    .getTargetValidatorConstraints(metadata.constraintCls)
    .map(({ instance }) => (object, value) => {
      const passes = (item: unknown): boolean =>
        instance.validate(item, { value, constraints, targetName: '', object, property }) === true;
      return each && Array.isArray(value) ? value.every(passes) : passes(value);
    });
}
