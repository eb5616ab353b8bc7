import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Ctx, Payload } from '@nestjs/microservices';
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
import { IpcContext } from '../transport/request.ts';
import { IpcController } from '../transport/ipc-controller.ts';
import { Method, MethodParams } from '../openrpc/method.ts';

@IpcController()
export class SystemController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
    private readonly openRpc: OpenRpc,
  ) {}

  @Method('How the service, its engine and its read models do.')
  get_status(@Payload() query: GetStatus) {
    return this.queries.execute(query);
  }

  @Method('Takes, minutes and words per day.')
  get_statistics(@Payload() query: GetStatistics) {
    return this.queries.execute(query);
  }

  @Method('The durable events from a seq on.', { errors: ['ENGINE_UNAVAILABLE'] })
  read_events(@Payload() query: ReadEvents) {
    return this.queries.execute(query);
  }

  @Method('What became of a command.', { errors: ['NOT_FOUND', 'ENGINE_UNAVAILABLE'] })
  get_command(@Payload() query: GetCommand) {
    return this.queries.execute(query);
  }

  @Method('The commands that wait for the engine, and the dead letters.')
  list_queue(@Payload() query: ListQueue) {
    return this.queries.execute(query);
  }

  @Method('The input devices that are there now.', { errors: ['DEVICE_UNAVAILABLE'] })
  list_audio_devices(@Payload() query: ListAudioDevices) {
    return this.queries.execute(query);
  }

  @Method('The speech models that are installed, and those that can be.')
  list_models(@Payload() query: ListModels) {
    return this.queries.execute(query);
  }

  @Method('Send a dead letter again.', { errors: ['NOT_FOUND'] })
  retry_command(@Payload() command: RetryCommand) {
    return this.commands.execute(command);
  }

  @Method('Remove a dead letter for good.', { errors: ['NOT_FOUND'] })
  drop_command(@Payload() command: DropCommand) {
    return this.commands.execute(command);
  }

  @Method('Writes the entire history, without sound files, into a file that `heycat restore` brings back.', {
    errors: ['DUPLICATE', 'ENGINE_UNAVAILABLE'],
  })
  create_backup(@Payload() command: CreateBackup, @Ctx() context: IpcContext) {
    command.signal = context.signal;
    return this.commands.execute(command);
  }

  @Method('Why a row is as it is: its events, and the projection that holds it.', {
    errors: ['NOT_FOUND', 'ENGINE_UNAVAILABLE'],
  })
  explain(@Payload() query: Explain) {
    return this.queries.execute(query);
  }

  @Method('Every method, event, schema and limit, as OpenRPC.')
  describe(@Payload() _params: MethodParams): OpenRpcDocument {
    return this.openRpc.document();
  }
}
