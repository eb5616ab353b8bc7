import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { Explain } from '../../../queries/system/explain.ts';
import { GetCommand } from '../../../queries/system/get-command.ts';
import { GetStatistics } from '../../../queries/system/get-statistics.ts';
import { GetStatus } from '../../../queries/system/get-status.ts';
import { ReadEvents } from '../../../queries/system/read-events.ts';
import { OpenRpc, type OpenRpcDocument } from '../describe.ts';
import type { MethodExtras } from '../method-extras.ts';

class NoParams {}

@Controller()
export class SystemController {
  constructor(
    private readonly queries: QueryBus,
    private readonly openRpc: OpenRpc,
  ) {}

  @MessagePattern('get_status', {
    summary: 'How the service, its engine and its read models do.',
    answers: [
      'pid',
      'version',
      'instance_id',
      'epoch',
      'last_seq',
      'engine',
      'queue',
      'projections',
      'clients',
      'started_at',
    ],
  } satisfies MethodExtras)
  status(@Payload() query: GetStatus) {
    return this.queries.execute(query);
  }

  @MessagePattern('get_statistics', {
    summary: 'Takes, minutes and words per day.',
    answers: ['days', 'total'],
  } satisfies MethodExtras)
  statistics(@Payload() query: GetStatistics) {
    return this.queries.execute(query);
  }

  @MessagePattern('read_events', {
    summary: 'The durable events from a seq on.',
    answers: ['events', 'next_seq', 'last_seq'],
    errors: ['ENGINE_UNAVAILABLE'],
  } satisfies MethodExtras)
  events(@Payload() query: ReadEvents) {
    return this.queries.execute(query);
  }

  @MessagePattern('get_command', {
    summary: 'What became of a command.',
    answers: ['status', 'command_id', 'seq', 'result', 'created_at'],
    errors: ['NOT_FOUND', 'ENGINE_UNAVAILABLE'],
  } satisfies MethodExtras)
  command(@Payload() query: GetCommand) {
    return this.queries.execute(query);
  }

  @MessagePattern('explain', {
    summary: 'Why a row is as it is: its events, and the projection that holds it.',
    answers: ['area', 'id', 'row', 'projection', 'history'],
    errors: ['NOT_FOUND', 'ENGINE_UNAVAILABLE'],
  } satisfies MethodExtras)
  explain(@Payload() query: Explain) {
    return this.queries.execute(query);
  }

  @MessagePattern('describe', {
    summary: 'Every method, event, schema and limit, as OpenRPC.',
  } satisfies MethodExtras)
  describe(@Payload() _params: NoParams): OpenRpcDocument {
    return this.openRpc.document();
  }
}
