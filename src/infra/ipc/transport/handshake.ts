import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { HeycatError } from '../../../errors.ts';
import type { IpcLimits } from './limits.ts';
import { isObject, type Params } from './wire-format.ts';

/** Protocol versions this build speaks. The floor is raised only with a major version of the product. */
export const PROTOCOL = { min: 1, max: 1 } as const;

export interface Nonces {
  client: string;
  server: string;
}

/** 32 random bytes in lower-case hex: a nonce, or a token. */
export function randomHex32(): string {
  return randomBytes(32).toString('hex');
}

export function isHex32(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

/** Proof that `side` knows the token (64 hex digits), bound to this one connection by both nonces. */
export function proofOf(side: 'server' | 'client', token: string, nonces: Nonces): string {
  return createHmac('sha256', Buffer.from(token, 'hex'))
    .update(`heycat-${side}:${nonces.client}:${nonces.server}`, 'ascii')
    .digest('hex');
}

/** Compares in constant time; anything that is not 64 lower-case hex digits is unequal. */
export function isProof(expected: string, given: unknown): boolean {
  return isHex32(given) && timingSafeEqual(Buffer.from(expected, 'hex'), Buffer.from(given, 'hex'));
}

/** @returns the highest version both speak. @throws HeycatError UNSUPPORTED_PROTOCOL with `details.supported`. */
export function negotiate(offered: unknown): number {
  const min = isObject(offered) ? offered['min'] : undefined;
  const max = isObject(offered) ? offered['max'] : undefined;
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max)) {
    throw new HeycatError('INVALID_ARGUMENT', 'protocol must be {min, max}, two integers.', {
      field: 'protocol',
    });
  }
  const version = Math.min(max as number, PROTOCOL.max);
  if (version < PROTOCOL.min || version < (min as number)) {
    throw new HeycatError('UNSUPPORTED_PROTOCOL', undefined, { supported: PROTOCOL });
  }
  return version;
}

/** The part of the limits that a client can act on. */
export function announcedLimits(limits: IpcLimits): Record<string, number> {
  return {
    max_request_bytes: limits.max_request_bytes,
    max_response_bytes: limits.max_response_bytes,
    max_json_depth: limits.max_json_depth,
    max_connections: limits.max_connections,
    max_requests_in_flight: limits.max_requests_in_flight,
    max_batch: limits.max_batch,
    max_subscriptions: limits.max_subscriptions,
  };
}

/** What the service says about itself in the handshake. */
export interface HandshakeFacts {
  /** 64 hex digits. */
  token: string;
  /** The answer to `hello` without protocol, nonce and proof. */
  hello(): Params;
  /** The answer to `authenticate`. */
  welcome(): Params;
}

/** The service's side of one handshake: `hello`, then `authenticate`, each once and in this order. */
export class ServerHandshake {
  readonly #facts: HandshakeFacts;
  #expected: string | undefined;
  /** True once the client has proved that it knows the token. */
  authenticated = false;
  /** What the client calls itself; said before it proved anything. */
  client: { name: string; version: string } = { name: 'unknown', version: '' };

  constructor(facts: HandshakeFacts) {
    this.#facts = facts;
  }

  /** True when the method belongs to the handshake and is due now. */
  expects(method: string): boolean {
    return method === (this.#expected === undefined ? 'hello' : 'authenticate');
  }

  /** The answer to the request that is due. @throws HeycatError, after which the connection must end. */
  answer(params: unknown): Params {
    if (!isObject(params)) throw new HeycatError('INVALID_ARGUMENT', 'params must be an object.');
    return this.#expected === undefined ? this.#hello(params) : this.#authenticate(params, this.#expected);
  }

  #hello(params: Params): Params {
    const protocol = negotiate(params['protocol']);
    const nonce = params['nonce'];
    if (!isHex32(nonce)) {
      throw new HeycatError('INVALID_ARGUMENT', 'nonce must be 32 bytes in lower-case hex.', {
        field: 'nonce',
      });
    }
    this.client = clientName(params['client']);
    const nonces = { client: nonce, server: randomHex32() };
    this.#expected = proofOf('client', this.#facts.token, nonces);
    const proof = proofOf('server', this.#facts.token, nonces);
    return { protocol, ...this.#facts.hello(), nonce: nonces.server, proof };
  }

  #authenticate(params: Params, expected: string): Params {
    if (!isProof(expected, params['proof'])) throw new HeycatError('UNAUTHENTICATED', 'The proof is wrong.');
    this.authenticated = true;
    return this.#facts.welcome();
  }
}

function clientName(client: unknown): { name: string; version: string } {
  const text = (value: unknown, fallback: string): string =>
    typeof value === 'string' ? value.slice(0, 64) : fallback;
  const given = isObject(client) ? client : {};
  return { name: text(given['name'], 'unknown'), version: text(given['version'], '') };
}
