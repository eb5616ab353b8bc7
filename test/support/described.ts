import { Ajv, type ValidateFunction } from 'ajv';
import type { ClientEvent } from '../../src/infra/ipc/client/client.ts';
import type { OpenRpcDocument } from '../../src/infra/ipc/openrpc/describe.ts';

/** Names of events that subscribers may ask for as well. */
const ALIASES: Record<string, string> = { recording_saved: 'recording_added' };

const FORMATS = { uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i };

/** What a service's `describe` says, so closed that a field which it does not know is a mistake. */
export class Described {
  readonly methods: readonly string[];
  /** Types of them. */
  readonly events: readonly string[];
  /** Methods whose answers were held against it. */
  readonly checked = new Set<string>();
  readonly #document: OpenRpcDocument;
  readonly #ajv = new Ajv({ strict: false, allErrors: true, formats: FORMATS });
  readonly #checks = new Map<string, ValidateFunction>();

  /** @param document as it comes over the socket. */
  constructor(document: OpenRpcDocument) {
    this.#document = closed(document);
    this.methods = document.methods.map(({ name }) => name);
    this.events = document['x-events'].map(({ type }) => type);
  }

  static async by(service: { call(method: 'describe', params: object): Promise<OpenRpcDocument> }) {
    return new Described(JSON.parse(JSON.stringify(await service.call('describe', {}))) as OpenRpcDocument);
  }

  /** Has what `call` answers checked from now on. */
  heldAgainst<Callable extends { call: unknown }>(service: Callable): Callable {
    const call = service.call as (method: string, ...more: unknown[]) => Promise<unknown>;
    const checked = async (method: string, ...more: unknown[]): Promise<unknown> =>
      this.answer(method, await call.call(service, method, ...more));
    return Object.assign(service, { call: checked });
  }

  /** @throws Error that says where the answer is not as described. */
  answer<T>(method: string, answer: T): T {
    const described = this.#document.methods.find(({ name }) => name === method);
    if (described === undefined) throw new Error(`${method} is not described`);
    this.#check(method, described.result.schema, answer);
    this.checked.add(method);
    return answer;
  }

  /** @throws Error that says where the event is not as described. */
  event({ type, payload }: Pick<ClientEvent, 'type' | 'payload'>): void {
    const described = this.#document['x-events'].find((one) => one.type === (ALIASES[type] ?? type));
    if (described === undefined) throw new Error(`the event ${type} is not described`);
    this.#check(`the event ${type}`, described.payload, payload);
  }

  #check(name: string, schema: object, value: unknown): void {
    const check =
      this.#checks.get(name) ?? this.#ajv.compile({ ...schema, components: this.#document.components });
    this.#checks.set(name, check);
    // As it comes over the socket: without what is undefined.
    if (check(JSON.parse(JSON.stringify(value)))) return;
    throw new Error(`${name} is not as described: ${this.#ajv.errorsText(check.errors)}`);
  }
}

function closed<T>(part: T): T {
  if (Array.isArray(part)) return part.map(closed) as T;
  if (typeof part !== 'object' || part === null) return part;
  const entries = Object.entries(part).map(([key, value]) => [key, closed(value)]);
  const isObject = 'properties' in part && 'required' in part;
  return { ...Object.fromEntries(entries), ...(isObject && { additionalProperties: false }) } as T;
}
