import type { ErrorCode } from '../../../errors.ts';

/** What a controller says about a method beside its pattern and its params, for `describe`. */
export interface MethodExtras {
  /** One sentence. */
  summary: string;
  /** Fields of the answer, where it is not that of every command. */
  answers?: string[];
  /** Errors beyond those of every method of its kind. */
  errors?: ErrorCode[];
}
