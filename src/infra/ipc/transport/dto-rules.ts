import { getMetadataStorage, ValidationTypes, validateSync, type ValidationError } from 'class-validator';

export type Dto = Record<string, unknown>;
export type DtoClass = new () => object;

type Metadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];
type Test = (dto: Dto, value: unknown) => boolean;

interface FieldTests {
  /** False for one of them means that the field is not looked at. */
  conditions: Test[];
  tests: Test[];
}

/**
 * The class-validator rules of one message class, looked up once. The library looks them up at every call, which costs
 * more than the checks; so the good case, nearly every one, is decided here, and for all else it is asked.
 */
export class DtoRules {
  readonly #fields = new Map<string, FieldTests>();

  constructor(dtoClass: DtoClass) {
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
