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

const HEADER_END_BYTES = 4;
const CR = 0x0d;
const LF = 0x0a;
/** What nearly every header is; whatever else is allowed takes the long way. */
const PLAIN_HEADER = /^Content-Length: ([0-9]{1,15})$/;
const FIRST_BODY_BYTES = 64 * 1024;

/** One message in LSP's base protocol. */
export function encodeFrame(body: string): string {
  return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

function protocolError(message: string): HeycatError {
  return new HeycatError('INVALID_REQUEST', message);
}

/**
 * The body's length in bytes.
 * @throws HeycatError INVALID_REQUEST unless the block holds exactly one well-formed Content-Length.
 */
export function parseHeader(block: string): number {
  const plain = PLAIN_HEADER.exec(block);
  if (plain !== null) return Number(plain[1]);
  let length: number | undefined;
  for (const line of block.split('\r\n')) {
    const field = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e]*?)[ \t]*$/.exec(line);
    if (field === null) throw protocolError('The header of a frame is malformed.');
    if (field[1]!.toLowerCase() !== 'content-length') continue;
    if (length !== undefined) throw protocolError('The header of a frame has two Content-Length fields.');
    if (!/^[0-9]{1,15}$/.test(field[2]!)) throw protocolError('Content-Length is not a decimal number.');
    length = Number(field[2]);
  }
  if (length === undefined) throw protocolError('The header of a frame has no Content-Length.');
  return length;
}

/** Length of the header block, or -1. Read byte by byte: for so few, a search in native code takes longer. */
function headerEnd(input: Buffer, maxBytes: number): number {
  const stop = Math.min(input.length - HEADER_END_BYTES, maxBytes);
  for (let at = 0; at <= stop; at += 1) {
    if (input[at] !== CR || input[at + 2] !== CR) continue;
    if (input[at + 1] === LF && input[at + 3] === LF) return at;
  }
  return -1;
}

/**
 * Cuts a byte stream into message bodies, in time and memory linear in what really arrived: an announced length costs
 * nothing, and bytes that dribble in are copied into one growing buffer.
 */
export class FrameParser {
  /** Largest body accepted from now on; a connection raises it when it has authenticated. */
  maxBodyBytes: number;
  readonly #maxHeaderBytes: number;
  #input: Buffer = Buffer.alloc(0);
  #body: Buffer | undefined;
  #filled = 0;
  /** Length of the body under way, or -1 while a header is awaited. */
  #expected = -1;

  constructor(limits: { maxBodyBytes: number; maxHeaderBytes: number }) {
    this.maxBodyBytes = limits.maxBodyBytes;
    this.#maxHeaderBytes = limits.maxHeaderBytes;
  }

  /** True while a frame has begun and not ended. */
  get partial(): boolean {
    return this.#expected >= 0 || this.#input.length > 0;
  }

  push(chunk: Buffer): void {
    this.#input = this.#input.length === 0 ? chunk : Buffer.concat([this.#input, chunk]);
  }

  /**
   * The next complete body, or undefined when more bytes are needed. The parser cannot be used after it has thrown.
   * @throws HeycatError INVALID_REQUEST for a malformed header, LIMIT_EXCEEDED for an announced body that is too large.
   */
  next(): Buffer | undefined {
    if (this.#expected < 0 && !this.#readHeader()) return undefined;
    return this.#readBody();
  }

  #readHeader(): boolean {
    if (this.#input.length === 0) return false;
    const end = headerEnd(this.#input, this.#maxHeaderBytes);
    if (end < 0 && this.#input.length > this.#maxHeaderBytes) {
      throw protocolError(`The header of a frame is longer than ${this.#maxHeaderBytes} bytes.`);
    }
    if (end < 0) return false;
    const length = parseHeader(this.#input.toString('latin1', 0, end));
    if (length > this.maxBodyBytes) {
      throw new HeycatError('LIMIT_EXCEEDED', `A message may have ${this.maxBodyBytes} bytes.`, {
        limit_bytes: this.maxBodyBytes,
        announced_bytes: length,
      });
    }
    this.#input = this.#input.subarray(end + HEADER_END_BYTES);
    this.#expected = length;
    return true;
  }

  #readBody(): Buffer | undefined {
    const expected = this.#expected;
    if (this.#body === undefined && this.#input.length >= expected) {
      const body = this.#input.subarray(0, expected);
      this.#input = this.#input.subarray(expected);
      this.#expected = -1;
      return body;
    }
    if (this.#input.length === 0) return undefined;
    this.#collect(expected);
    if (this.#filled < expected) return undefined;
    const body = this.#body!.subarray(0, expected);
    this.#body = undefined;
    this.#filled = 0;
    this.#expected = -1;
    return body;
  }

  /** Moves what arrived into the body's buffer, which doubles up to the announced length. */
  #collect(expected: number): void {
    const take = Math.min(expected - this.#filled, this.#input.length);
    const needed = this.#filled + take;
    if (this.#body === undefined || this.#body.length < needed) {
      const size = Math.min(expected, Math.max(FIRST_BODY_BYTES, (this.#body?.length ?? 0) * 2, needed));
      const grown = Buffer.allocUnsafe(size);
      this.#body?.copy(grown, 0, 0, this.#filled);
      this.#body = grown;
    }
    this.#input.copy(this.#body, this.#filled, 0, take);
    this.#filled = needed;
    this.#input = this.#input.subarray(take);
  }
}
