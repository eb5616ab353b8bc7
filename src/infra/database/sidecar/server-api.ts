import { decodeJwt } from 'jose/jwt/decode';
import { Pool } from 'undici';
import { HeycatError } from '../../../errors.ts';

const CALL_MS = 10_000;
/** Publishing compiles the module, which takes a slow machine a while. */
const PUBLISH_MS = 120_000;
const TEXT_LENGTH_MAX = 2_000;

export interface DatabaseInfo {
  /** 64 hex digits. */
  identity: string;
  /** Identity of its owner, 64 hex digits. */
  owner: string;
}

interface Answer {
  status: number;
  text: string;
}

interface Request {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  token?: string;
  body?: string | Uint8Array;
  signal: AbortSignal;
}

/** The HTTP interface of one SpacetimeDB server. Errors carry the server's own text, never a token. */
export class ServerApi {
  readonly #pool: Pool;

  /** @param origin for example `http://127.0.0.1:4000`. */
  constructor(readonly origin: string) {
    this.#pool = new Pool(origin, { connections: 4 });
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  /** True when the server answers within the given time. */
  async ping(timeoutMs: number): Promise<boolean> {
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await this.#request({ method: 'GET', path: '/v1/ping', signal }).catch(() => undefined);
    return answer?.status === 200;
  }

  /** Exchanges a token for a short-lived one that may stand in a URL; also says whose it is. */
  async socketToken(token: string, signal: AbortSignal): Promise<{ token: string; identity: string }> {
    const path = '/v1/identity/websocket-token';
    const answer = expectOk(await this.#request({ method: 'POST', path, token, signal }), 'take the token');
    const exchanged = String(parseAnswer(answer)['token']);
    const identity = readClaim(exchanged, 'hex_identity');
    if (/^[0-9a-f]{64}$/.test(identity)) return { token: exchanged, identity };
    throw new HeycatError('ENGINE_UNAVAILABLE', 'The SpacetimeDB server does not say whose the token is.');
  }

  /** What the server knows of a database; undefined when there is none of that name. */
  async database(name: string, token: string): Promise<DatabaseInfo | undefined> {
    const path = `/v1/database/${name}`;
    const answer = await this.#request({ method: 'GET', path, token, signal: AbortSignal.timeout(CALL_MS) });
    if (answer.status === 404) return undefined;
    const info = parseAnswer(expectOk(answer, 'describe the database'));
    return { identity: readIdentity(info['database_identity']), owner: readIdentity(info['owner_identity']) };
  }

  /** Creates or updates the database from a module; the token's identity owns what it creates. */
  async publish(name: string, token: string, wasm: Uint8Array): Promise<void> {
    const path = `/v1/database/${name}`;
    const signal = AbortSignal.timeout(PUBLISH_MS);
    const answer = expectOk(
      await this.#request({ method: 'PUT', path, token, body: wasm, signal }),
      'take the module',
    );
    if (!('Success' in parseAnswer(answer))) expectOk({ ...answer, status: 409 }, 'take the module');
  }

  /**
   * Calls a reducer.
   * @throws HeycatError the module's own `CODE: sentence`, NOT_AUTHORIZED when the module refuses the caller,
   * NOT_FOUND when there is no such database or reducer.
   */
  async call(name: string, call: { reducer: string; args: unknown[]; token: string; signal?: AbortSignal }) {
    const answer = await this.#request({
      method: 'POST',
      path: `/v1/database/${name}/call/${call.reducer}`,
      token: call.token,
      body: JSON.stringify(call.args),
      signal: call.signal ?? AbortSignal.timeout(CALL_MS),
    });
    if (answer.status < 300) return;
    const text = shorten(answer.text);
    if (answer.status === 403) throw new HeycatError('NOT_AUTHORIZED', stripCode(text));
    if (answer.status === 404) throw new HeycatError('NOT_FOUND', text);
    throw HeycatError.parse(text);
  }

  async #request(request: Request): Promise<Answer> {
    const { method, path, token, body, signal } = request;
    const headers: Record<string, string> = {};
    if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
    if (typeof body === 'string') headers['content-type'] = 'application/json';
    try {
      const answer = await this.#pool.request({ method, path, headers, body: body ?? null, signal });
      return { status: answer.statusCode, text: await answer.body.text() };
    } catch (cause) {
      const why = signal.aborted ? 'did not answer in time' : 'cannot be reached';
      throw new HeycatError('ENGINE_UNAVAILABLE', `The SpacetimeDB server ${why}.`, { path }, { cause });
    }
  }
}

function expectOk(answer: Answer, what: string): Answer {
  if (answer.status < 300) return answer;
  const sentence = `The SpacetimeDB server did not ${what} (HTTP ${answer.status}): ${shorten(answer.text)}`;
  throw new HeycatError('ENGINE_UNAVAILABLE', sentence, { http_status: answer.status });
}

/** JSON.parse and decodeJwt quote what they cannot read, which may hold a token: their errors are not passed on. */
function parseAnswer(answer: Answer): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(answer.text);
    if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>;
  } catch {
    // The sentence below says enough.
  }
  throw new HeycatError(
    'ENGINE_UNAVAILABLE',
    'The SpacetimeDB server gave an answer that is no JSON object.',
  );
}

function readClaim(token: string, claim: string): string {
  try {
    return String(decodeJwt(token)[claim]);
  } catch {
    return '';
  }
}

/** 1.2.0 writes `{"__identity__": "0x…"}`; other versions have written the bare text. */
function readIdentity(value: unknown): string {
  const text: unknown = typeof value === 'object' && value !== null ? Object.values(value)[0] : value;
  return String(text).replace(/^0x/, '');
}

function stripCode(text: string): string {
  return text.replace(/^[\s\S]*?NOT_AUTHORIZED: /, '');
}

function shorten(text: string): string {
  return text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}…` : text;
}
