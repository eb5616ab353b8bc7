/** One row per way a request can be refused; the code is what clients test, and is never reused for another meaning. */
interface ErrorRow {
  /** JSON-RPC 2.0 error number. */
  rpc: number;
  /** What went wrong and what to do, when the thrower says nothing better. */
  sentence: string;
  /** True when the same request may succeed later without being changed. */
  retryable: boolean;
}

export const ERRORS = {
  PARSE_ERROR: { rpc: -32700, sentence: 'The message is not valid JSON.', retryable: false },
  INVALID_REQUEST: { rpc: -32600, sentence: 'The message is not a JSON-RPC 2.0 request.', retryable: false },
  METHOD_NOT_FOUND: { rpc: -32601, sentence: 'No such method; `describe` lists them all.', retryable: false },
  INVALID_ARGUMENT: { rpc: -32602, sentence: 'An argument is missing or wrong.', retryable: false },
  INTERNAL: {
    rpc: -32603,
    sentence: 'Unexpected failure inside the service; see its log.',
    retryable: false,
  },
  NOT_FOUND: { rpc: -32001, sentence: 'There is nothing under that id.', retryable: false },
  NOT_AUTHORIZED: { rpc: -32002, sentence: 'That belongs to somebody else.', retryable: false },
  CONFLICT: { rpc: -32003, sentence: 'It has changed since expected_seq; read it again.', retryable: false },
  DUPLICATE: { rpc: -32004, sentence: 'There is already one like it.', retryable: false },
  COMMAND_REUSED: {
    rpc: -32005,
    sentence: 'That command_id was used with other arguments; choose a new one.',
    retryable: false,
  },
  LIMIT_EXCEEDED: { rpc: -32006, sentence: 'It is larger than the announced limit.', retryable: false },
  QUEUE_FULL: { rpc: -32007, sentence: 'Too many commands are waiting for the engine.', retryable: true },
  NOT_READY: { rpc: -32008, sentence: 'The service is still starting.', retryable: true },
  NOT_YET: { rpc: -32009, sentence: 'at_least_seq was not reached within timeout_ms.', retryable: true },
  ENGINE_UNAVAILABLE: {
    rpc: -32010,
    sentence: 'The database engine cannot be reached; `heycat status` names the cause.',
    retryable: true,
  },
  UNAUTHENTICATED: { rpc: -32011, sentence: 'The handshake has not succeeded.', retryable: false },
  UNSUPPORTED_PROTOCOL: {
    rpc: -32012,
    sentence: 'Client and service share no protocol version.',
    retryable: false,
  },
  DEVICE_UNAVAILABLE: { rpc: -32013, sentence: 'No such audio device can be opened.', retryable: true },
  MODEL_MISSING: { rpc: -32014, sentence: 'No speech model is installed.', retryable: false },
  BUSY: { rpc: -32015, sentence: 'Something else is using it.', retryable: true },
  DEADLINE_EXCEEDED: { rpc: -32016, sentence: 'No answer within timeout_ms.', retryable: true },
  UNSUPPORTED_SCHEMA: {
    rpc: -32017,
    sentence: 'The log holds an event of a schema that this version does not know; update the service.',
    retryable: false,
  },
  CANCELLED: { rpc: -32800, sentence: 'The caller cancelled the request.', retryable: false },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;
export const ERROR_CODES = Object.keys(ERRORS) as ErrorCode[];

/** The only error this project throws: a code of {@link ERRORS}, a sentence, and machine-readable details. */
export class HeycatError extends Error {
  override readonly name = 'HeycatError';

  /** @param details what a program may act on, for example `{field: 'duration_ms'}`; never dictated text or secrets. */
  constructor(
    readonly code: ErrorCode,
    message: string = ERRORS[code].sentence,
    readonly details: Readonly<Record<string, unknown>> = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }

  /** Wraps whatever was thrown; an unknown throwable becomes INTERNAL with its cause kept. */
  static from(thrown: unknown): HeycatError {
    if (thrown instanceof HeycatError) return thrown;
    return new HeycatError('INTERNAL', undefined, {}, { cause: thrown });
  }

  /** Reads the module's error form `CODE: sentence`; text without a known code becomes INTERNAL. */
  static parse(text: string): HeycatError {
    const match = /^([A-Z_]+): ([\s\S]+)$/.exec(text);
    const code = match?.[1];
    if (code !== undefined && Object.hasOwn(ERRORS, code))
      return new HeycatError(code as ErrorCode, match![2]);
    return new HeycatError('INTERNAL', undefined, {}, { cause: text });
  }

  /** The JSON-RPC 2.0 error object. */
  toRpc(): {
    code: number;
    message: string;
    data: { code: ErrorCode; retryable: boolean; details: Readonly<Record<string, unknown>> };
  } {
    return {
      code: ERRORS[this.code].rpc,
      message: this.message,
      data: { code: this.code, retryable: this.retryable, details: this.details },
    };
  }
}
