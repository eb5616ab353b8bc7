import { isUtf8 } from 'node:buffer';
import { HeycatError } from '../../../errors.ts';

export type RequestId = string | number;
export type Params = Record<string, unknown>;

/** A request, or a notification when `id` is undefined. */
export interface Call {
  id: RequestId | undefined;
  method: string;
  params: unknown;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** True when brackets nest deeper than `limit`; looks at bytes only, so that a hostile body is never parsed. */
export function isDeeperThan(body: Uint8Array, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < body.length; index += 1) {
    const byte = body[index]!;
    if (inString) {
      if (byte === BACKSLASH) index += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    // `{` and `[` differ from `}` and `]` by two, and from each other by one bit.
    else if ((byte | 0x20) === 0x7b) {
      depth += 1;
      if (depth > limit) return true;
    } else if ((byte | 0x20) === 0x7d) depth -= 1;
  }
  return false;
}

/** @throws HeycatError PARSE_ERROR for what is no UTF-8 JSON, LIMIT_EXCEEDED for what nests too deep. */
export function parseBody(body: Buffer, maxDepth: number): unknown {
  if (!isUtf8(body)) throw new HeycatError('PARSE_ERROR', 'The message is not valid UTF-8.');
  if (isDeeperThan(body, maxDepth)) {
    throw new HeycatError('LIMIT_EXCEEDED', `JSON may nest ${maxDepth} levels deep.`, {
      limit_depth: maxDepth,
    });
  }
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // The parser's own message quotes the text, which may be dictated.
    throw new HeycatError('PARSE_ERROR');
  }
}

export function isObject(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRequestId(id: unknown): id is RequestId {
  return typeof id === 'string' ? id.length <= 256 : Number.isFinite(id);
}

/** @throws HeycatError INVALID_REQUEST when it is neither a request nor a notification. */
export function toCall(message: unknown): Call {
  if (!isObject(message) || message['jsonrpc'] !== '2.0' || typeof message['method'] !== 'string') {
    throw new HeycatError('INVALID_REQUEST');
  }
  const { id, method, params } = message;
  if (id !== undefined && !isRequestId(id)) {
    throw new HeycatError('INVALID_REQUEST', 'An id is a number or a string of at most 256 characters.');
  }
  return { id, method, params };
}

/** The message's id when it has a usable one, so that even a malformed request can be matched with its error. */
export function idOf(message: unknown): RequestId | null {
  return isObject(message) && isRequestId(message['id']) ? message['id'] : null;
}

export function resultBody(id: RequestId, result: unknown): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${JSON.stringify(result) ?? 'null'}}`;
}

export function errorBody(id: RequestId | null, error: HeycatError): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: error.toRpc() });
}

export function callBody(call: Call): string {
  return JSON.stringify({ jsonrpc: '2.0', ...call });
}
