import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { CreateBackup } from '../../../commands/backups/create-backup.ts';
import { DropCommand } from '../../../commands/queue/drop-command.ts';
import { RetryCommand } from '../../../commands/queue/retry-command.ts';
import { Explain } from '../../../queries/system/explain.ts';
import { GetCommand } from '../../../queries/system/get-command.ts';
import { GetStatistics } from '../../../queries/system/get-statistics.ts';
import { GetStatus } from '../../../queries/system/get-status.ts';
import { ListAudioDevices } from '../../../queries/system/list-audio-devices.ts';
import { ListModels } from '../../../queries/system/list-models.ts';
import { ListQueue } from '../../../queries/system/list-queue.ts';
import { ReadEvents } from '../../../queries/system/read-events.ts';
import { OpenRpc, type OpenRpcDocument } from '../openrpc/describe.ts';
import { IpcContext } from '../transport/ipc-context.ts';
import type { MethodExtras } from '../openrpc/method-extras.ts';
import { IpcController } from '../transport/ipc-controller.ts';

class NoParams {}

@IpcController()
export class SystemController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
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
      'backup',
      'clock',
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
    answers: ['days', 'total', 'stages'],
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
    answers: ['status', 'command_id'],
    errors: ['NOT_FOUND', 'ENGINE_UNAVAILABLE'],
  } satisfies MethodExtras)
  command(@Payload() query: GetCommand) {
    return this.queries.execute(query);
  }

  @MessagePattern('list_queue', {
    summary: 'The commands that wait for the engine, and those that were given up.',
    answers: ['commands', 'total_count'],
  } satisfies MethodExtras)
  queue(@Payload() query: ListQueue) {
    return this.queries.execute(query);
  }

  @MessagePattern('list_audio_devices', {
    summary: 'The input devices that are there now.',
    answers: ['devices', 'total_count'],
    errors: ['DEVICE_UNAVAILABLE'],
  } satisfies MethodExtras)
  audioDevices(@Payload() query: ListAudioDevices) {
    return this.queries.execute(query);
  }

  @MessagePattern('list_models', {
    summary: 'The speech models that are installed, and those that can be.',
    answers: ['models', 'total_count'],
  } satisfies MethodExtras)
  models(@Payload() query: ListModels) {
    return this.queries.execute(query);
  }

  @MessagePattern('retry_command', {
    summary: 'Send a command again that was given up.',
    errors: ['NOT_FOUND'],
  } satisfies MethodExtras)
  retry(@Payload() command: RetryCommand) {
    return this.commands.execute(command);
  }

  @MessagePattern('drop_command', {
    summary: 'Forget a command that was given up.',
    answers: ['status', 'command_id'],
    errors: ['NOT_FOUND'],
  } satisfies MethodExtras)
  drop(@Payload() command: DropCommand) {
    return this.commands.execute(command);
  }

  @MessagePattern('create_backup', {
    summary: 'Writes the whole history, without sound files, into a file that `heycat restore` brings back.',
    answers: ['file', 'bytes', 'made_at', 'epoch', 'events', 'receipts'],
    errors: ['DUPLICATE', 'ENGINE_UNAVAILABLE'],
  } satisfies MethodExtras)
  backup(@Payload() command: CreateBackup, @Ctx() context: IpcContext) {
    command.signal = context.signal;
    return this.commands.execute(command);
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
