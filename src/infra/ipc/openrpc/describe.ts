import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { Command, Query } from '@nestjs/cqrs';
import { PATTERN_EXTRAS_METADATA, PATTERN_METADATA } from '@nestjs/microservices/constants.js';
import { LIMITS } from '../../../fields/limits.ts';
import { ERRORS, type ErrorCode } from '../../../errors.ts';
import { AREAS } from '../../../events/areas.ts';
import { DOMAIN_EVENT_TYPES } from '../../../events/domain-event.ts';
import { LIVE_EVENT_TYPES } from '../../../events/live-event.ts';
import { StatusSource } from '../../../queries/system/status-source.ts';
import type { DtoClass } from '../transport/dto-rules.ts';
import { announcedLimits, IPC_LIMITS } from '../transport/limits.ts';
import type { MethodExtras } from './method-extras.ts';
import type { JsonSchema } from '../../../fields/fields.ts';
import type { FieldSchema } from '../../../fields/schema.ts';
import { paramsOf } from './params-schema.ts';

interface Reference {
  $ref: string;
}

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

/** https://spec.open-rpc.org, version 1.3.2. */
export interface OpenRpcDocument {
  openrpc: '1.3.2';
  info: { title: string; version: string };
  methods: OpenRpcMethod[];
  components: { schemas: Record<string, JsonSchema>; errors: Record<string, JsonSchema> };
  'x-events': { type: string; durable: boolean }[];
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

const schema = (name: string): Reference => ({ $ref: `#/components/schemas/${name}` });

const SCHEMAS = {
  Submitted: { oneOf: [schema('Applied'), schema('Queued')] },
  Seq: { type: 'integer', minimum: 0, description: 'Number of an event in the log; gapless from 1.' },
  Applied: {
    type: 'object',
    description: 'The command happened, and queries from now on show it.',
    required: ['status', 'command_id', 'seq', 'result'],
    properties: {
      status: { const: 'applied' },
      command_id: { type: 'string', format: 'uuid' },
      seq: schema('Seq'),
      result: { type: 'object' },
    },
  },
  Queued: {
    type: 'object',
    description:
      'The command is kept, and its end will be told as queued_command_applied or queued_command_failed.',
    required: ['status', 'command_id', 'position'],
    properties: {
      status: { const: 'queued' },
      command_id: { type: 'string', format: 'uuid' },
      position: { type: 'integer', minimum: 1, description: 'Commands are carried out in order of it.' },
    },
  },
};

/** Methods that the transport answers itself, before or without a controller. */
const TRANSPORT_METHODS: OpenRpcMethod[] = [
  transportMethod('hello', 'Opens the handshake; the answer proves that the service knows the token.', [
    required('protocol', { type: 'object', properties: { min: {}, max: {} }, required: ['min', 'max'] }),
    required('client', { type: 'object', properties: { name: {}, version: {} } }),
    required('nonce', { type: 'string', pattern: '^[0-9a-f]{64}$' }),
  ]),
  transportMethod('authenticate', 'Ends the handshake by proving that the client knows the token.', [
    required('proof', { type: 'string', pattern: '^[0-9a-f]{64}$' }),
  ]),
  transportMethod('ping', 'Answers an empty object.', []),
];

function required(name: string, of: JsonSchema): FieldSchema {
  return { name, required: true, schema: of };
}

function transportMethod(name: string, summary: string, params: FieldSchema[]): OpenRpcMethod {
  const result = { name: 'result', schema: { type: 'object' } };
  return { name, summary, paramStructure: 'by-name', params, result, errors: references(EVERY_METHOD) };
}

function references(codes: Iterable<ErrorCode>): Reference[] {
  return [...new Set(codes)].map((code) => ({ $ref: `#/components/errors/${code}` }));
}

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
    const methods = [...TRANSPORT_METHODS, ...this.#methods()];
    return {
      openrpc: '1.3.2',
      info: { title: 'heycat', version: this.status.process().version },
      methods: methods.sort((a, b) => (a.name < b.name ? -1 : 1)),
      components: { schemas: SCHEMAS, errors: errorObjects() },
      'x-events': [...events(DOMAIN_EVENT_TYPES, true), ...events(LIVE_EVENT_TYPES, false)],
      'x-areas': AREAS,
      'x-limits': { ...announcedLimits(IPC_LIMITS), ...LIMITS },
    };
  }

  #methods(): OpenRpcMethod[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      const prototype = metatype?.prototype as Record<string, object> | undefined;
      if (prototype === undefined) return [];
      return this.scanner.getAllMethodNames(prototype).flatMap((name) => describeHandler(prototype, name));
    });
  }
}

/** One method for each of the handler's patterns; the first is its own name, the others are aliases. */
function describeHandler(prototype: Record<string, object>, handler: string): OpenRpcMethod[] {
  const callback = prototype[handler]!;
  const names = (Reflect.getMetadata(PATTERN_METADATA, callback) ?? []) as string[];
  const extras = (Reflect.getMetadata(PATTERN_EXTRAS_METADATA, callback) ?? {}) as Partial<MethodExtras>;
  // By convention the params come first, as with Nest's own default.
  const [params] = (Reflect.getMetadata('design:paramtypes', prototype, handler) ?? []) as DtoClass[];
  return names.map((name, index) => ({
    name,
    summary: extras.summary ?? name.replaceAll('_', ' '),
    paramStructure: 'by-name',
    params: params === undefined ? [] : paramsOf(params),
    result: { name: 'result', schema: answerOf(params, extras) },
    errors: references([...errorsOf(params), ...(extras.errors ?? [])]),
    ...(index === 0 ? {} : { 'x-alias-of': names[0]! }),
  }));
}

function answerOf(params: DtoClass | undefined, { answers = [] }: Partial<MethodExtras>): JsonSchema {
  const isCommand = params?.prototype instanceof Command;
  if (isCommand && answers.length === 0) return { ...schema('Submitted') };
  const isQuery = params?.prototype instanceof Query;
  const fields = answers.map((field): [string, JsonSchema] => [field, {}]);
  const asOf: [string, JsonSchema][] = isQuery ? [['as_of_seq', { ...schema('Seq') }]] : [];
  const properties = Object.fromEntries([...fields, ...asOf]);
  const required = Object.keys(properties);
  if (isQuery) properties['stale'] = { const: true };
  return { type: 'object', properties, required };
}

function errorsOf(params: DtoClass | undefined): ErrorCode[] {
  const isCommand = params?.prototype instanceof Command;
  const isUpdate = isCommand && paramsOf(params).some(({ name }) => name === 'expected_seq');
  return [
    ...EVERY_METHOD,
    ...(isCommand ? EVERY_COMMAND : []),
    ...(isUpdate ? EVERY_UPDATE : []),
    ...(params?.prototype instanceof Query ? (['NOT_YET'] as const) : []),
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

function events(types: readonly string[], durable: boolean): { type: string; durable: boolean }[] {
  return types.map((type) => ({ type, durable }));
}
