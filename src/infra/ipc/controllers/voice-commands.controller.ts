import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { AddVoiceCommand } from '../../../commands/voice-commands/add-voice-command.ts';
import { DeleteVoiceCommand } from '../../../commands/voice-commands/delete-voice-command.ts';
import { SetVoiceCommandEnabled } from '../../../commands/voice-commands/set-voice-command-enabled.ts';
import { UpdateVoiceCommand } from '../../../commands/voice-commands/update-voice-command.ts';
import { GetVoiceCommands } from '../../../queries/voice-commands/get-voice-commands.ts';
import type { MethodExtras } from '../openrpc/method-extras.ts';
import { IpcController } from '../transport/ipc-controller.ts';

@IpcController()
export class VoiceCommandsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @MessagePattern('add_voice_command', {
    summary: 'Adds a voice command; no other may have its phrase.',
    errors: ['DUPLICATE'],
  } satisfies MethodExtras)
  add(@Payload() command: AddVoiceCommand) {
    return this.commands.execute(command);
  }

  @MessagePattern('update_voice_command', {
    summary: 'Changes the given fields of a voice command.',
    errors: ['DUPLICATE'],
  } satisfies MethodExtras)
  update(@Payload() command: UpdateVoiceCommand) {
    return this.commands.execute(command);
  }

  @MessagePattern(['delete_voice_command', 'delete_command'], {
    summary: 'Deletes a voice command.',
  } satisfies MethodExtras)
  delete(@Payload() command: DeleteVoiceCommand) {
    return this.commands.execute(command);
  }

  @MessagePattern('set_voice_command_enabled', {
    summary: 'Switches a voice command on or off.',
  } satisfies MethodExtras)
  setEnabled(@Payload() command: SetVoiceCommandEnabled) {
    return this.commands.execute(command);
  }

  @MessagePattern('get_voice_commands', {
    summary: 'All voice commands.',
    answers: ['commands', 'total_count'],
  } satisfies MethodExtras)
  list(@Payload() query: GetVoiceCommands) {
    return this.queries.execute(query);
  }
}
