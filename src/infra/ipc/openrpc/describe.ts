import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { Command, Query } from '@nestjs/cqrs';
import { PATTERN_EXTRAS_METADATA, PATTERN_METADATA } from '@nestjs/microservices/constants.js';
import { UpdatingCommand } from '../../../commands/command.ts';
import { ERRORS, type ErrorCode } from '../../../errors.ts';
import { AREAS } from '../../../events/areas.ts';
import { DOMAIN_EVENTS } from '../../../events/domain-event.ts';
import { LIVE_EVENTS } from '../../../events/live-event.ts';
import type { FieldsClass, JsonSchema } from '../../../fields/fields.ts';
import { LIMITS } from '../../../fields/limits.ts';
import type { FieldSchema } from '../../../fields/schema.ts';
import { StatusSource } from '../../../queries/system/status-source.ts';
import { announcedLimits } from '../transport/handshake.ts';
import { IPC_LIMITS } from '../transport/limits.ts';
import type { MethodFacts } from './method.ts';
import { Schemas, type Reference } from './schemas.ts';
import { TRANSPORT_METHODS } from './transport-methods.ts';

export interface OpenRpcMethod {
  name: string;
  summary: string;
  paramStructure: 'by-name';
  params: FieldSchema[];
  result: { name: string; schema: JsonSchema };
  errors: Reference[];
  /** The method that this one is another name of. */
  'x-alias-of'?: string;
}

export interface OpenRpcEvent {
  type: string;
  /** In the log, with a seq; the others are delivered now or never. */
  durable: boolean;
  payload: JsonSchema;
}

/** https://spec.open-rpc.org, version 1.3.2. */
export interface OpenRpcDocument {
  openrpc: '1.3.2';
  info: { title: string; version: string };
  methods: OpenRpcMethod[];
  components: { schemas: Record<string, JsonSchema>; errors: Record<string, JsonSchema> };
  'x-events': OpenRpcEvent[];
  'x-areas': readonly string[];
  'x-limits': Record<string, number>;
}

const EVERY_METHOD: ErrorCode[] = [
  'INVALID_ARGUMENT',
  'LIMIT_EXCEEDED',
  'NOT_READY',
  'DEADLINE_EXCEEDED',
  'CANCELLED',
  'INTERNAL',
];
const EVERY_COMMAND: ErrorCode[] = ['COMMAND_REUSED', 'QUEUE_FULL'];
const EVERY_UPDATE: ErrorCode[] = ['NOT_FOUND', 'NOT_AUTHORIZED', 'CONFLICT'];
const EVERY_QUERY: ErrorCode[] = ['NOT_YET'];

/** A class of params; it knows the classes of its answers unless these are documents of a kind of their own. */
type Message = FieldsClass & { readonly answers?: readonly FieldsClass[] };

/** What can be asked of this service, found in its controllers, so that it is never behind them. */
@Injectable()
export class OpenRpc {
  #document: OpenRpcDocument | undefined;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly status: StatusSource,
  ) {}

  document(): OpenRpcDocument {
    this.#document ??= this.#describe();
    return this.#document;
  }

  #describe(): OpenRpcDocument {
    const schemas = new Schemas();
    const own = TRANSPORT_METHODS.map(({ name, summary, params }) =>
      describeMethod(name, { summary, errors: [] }, params, schemas),
    );
    const methods = [...own, ...this.#served(schemas)];
    return {
      openrpc: '1.3.2',
      info: { title: 'heycat', version: this.status.process().version },
      methods: methods.sort((a, b) => (a.name < b.name ? -1 : 1)),
      components: { schemas: schemas.byName, errors: errorObjects() },
      'x-events': describeEvents(schemas),
      'x-areas': AREAS,
      'x-limits': { ...announcedLimits(IPC_LIMITS), ...LIMITS },
    };
  }

  #served(schemas: Schemas): OpenRpcMethod[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      const prototype = metatype?.prototype as Record<string, object> | undefined;
      if (prototype === undefined) return [];
      return this.scanner
        .getAllMethodNames(prototype)
        .flatMap((name) => describeHandler(prototype, name, schemas));
    });
  }
}

/** One method for each of the handler's patterns; the first is its own name, the others are aliases. */
function describeHandler(
  prototype: Record<string, object>,
  handler: string,
  schemas: Schemas,
): OpenRpcMethod[] {
  const callback = prototype[handler]!;
  const names = (Reflect.getMetadata(PATTERN_METADATA, callback) ?? []) as string[];
  const facts = (Reflect.getMetadata(PATTERN_EXTRAS_METADATA, callback) ?? {}) as Partial<MethodFacts>;
  // By convention the params come first, as with Nest's own default.
  const [params] = (Reflect.getMetadata('design:paramtypes', prototype, handler) ?? []) as Message[];
  return names.map((name, index) => ({
    ...describeMethod(name, facts, params ?? Object, schemas),
    ...(index === 0 ? {} : { 'x-alias-of': names[0]! }),
  }));
}

function describeMethod(
  name: string,
  { summary = name.replaceAll('_', ' '), errors = [] }: Partial<MethodFacts>,
  message: Message,
  schemas: Schemas,
): OpenRpcMethod {
  const { answers } = message;
  return {
    name,
    summary,
    paramStructure: 'by-name',
    params: schemas.params(message),
    result: {
      name: 'result',
      schema: answers === undefined ? { type: 'object' } : schemas.answer(answers),
    },
    errors: [...new Set([...errorsOf(message), ...errors])].map((code) => ({
      $ref: `#/components/errors/${code}`,
    })),
  };
}

function errorsOf({ prototype }: Message): ErrorCode[] {
  return [
    ...EVERY_METHOD,
    ...(prototype instanceof Command ? EVERY_COMMAND : []),
    ...(prototype instanceof UpdatingCommand ? EVERY_UPDATE : []),
    ...(prototype instanceof Query ? EVERY_QUERY : []),
  ];
}

function errorObjects(): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(ERRORS).map(([code, { rpc, sentence, retryable }]) => [
      code,
      { code: rpc, message: sentence, data: { code, retryable, details: {} } },
    ]),
  );
}

function describeEvents(schemas: Schemas): OpenRpcEvent[] {
  return [
    ...Object.entries(DOMAIN_EVENTS).map(([type, { payloads }]) => describeEvent(type, true, payloads)),
    ...Object.entries(LIVE_EVENTS).map(([type, payload]) => describeEvent(type, false, [payload])),
  ];

  function describeEvent(type: string, durable: boolean, payloads: readonly FieldsClass[]): OpenRpcEvent {
    return { type, durable, payload: schemas.anyOf(payloads) };
  }
}
