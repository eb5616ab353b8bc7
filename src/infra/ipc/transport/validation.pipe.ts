import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { HeycatError, type ErrorCode } from '../../../errors.ts';
import { DtoRules, type Dto, type DtoClass } from './dto-rules.ts';
import { isObject } from './messages.ts';
import { closest } from './suggest.ts';

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
  readonly #rules = new Map<DtoClass, DtoRules>();

  transform(params: unknown, { metatype, type }: ArgumentMetadata): unknown {
    if (type === 'custom' || metatype === undefined || BUILT_IN.has(metatype)) return params;
    return this.#toDto(metatype as DtoClass, params ?? {});
  }

  #toDto(dtoClass: DtoClass, params: unknown): object {
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

  #rulesOf(dtoClass: DtoClass): DtoRules {
    let rules = this.#rules.get(dtoClass);
    if (rules === undefined) {
      rules = new DtoRules(dtoClass);
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
