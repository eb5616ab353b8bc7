import { BsatnError } from '../../bsatn/types.ts';

export type EngineErrorCode =
  /** It cannot run, or cannot go on; the sentence says what to do. */
  | 'ENGINE_UNAVAILABLE'
  /** A query or a frame that the engine does not take. */
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  /** The module does not let an identity in; the message is the module's own. */
  | 'REFUSED'
  | 'INTERNAL';

/** The only error that the engine throws: a code, a sentence, and details for programs. */
export class EngineError extends Error {
  override readonly name = 'EngineError';

  constructor(
    readonly code: EngineErrorCode,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }

  /** Wraps whatever was thrown; an unknown throwable becomes INTERNAL with its cause kept. */
  static from(thrown: unknown): EngineError {
    if (thrown instanceof EngineError) return thrown;
    const sentence = 'Unexpected failure inside the service; see its log.';
    const message = thrown instanceof BsatnError ? thrown.message : sentence;
    return new EngineError('INTERNAL', message, {}, { cause: thrown });
  }
}
