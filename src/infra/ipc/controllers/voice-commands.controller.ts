import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Payload } from '@nestjs/microservices';
import { AddVoiceCommand } from '../../../commands/voice-commands/add-voice-command.ts';
import { DeleteVoiceCommand } from '../../../commands/voice-commands/delete-voice-command.ts';
import { SetVoiceCommandEnabled } from '../../../commands/voice-commands/set-voice-command-enabled.ts';
import { UpdateVoiceCommand } from '../../../commands/voice-commands/update-voice-command.ts';
import { GetVoiceCommands } from '../../../queries/voice-commands/get-voice-commands.ts';
import { IpcController } from '../transport/ipc-controller.ts';
import { Method } from '../openrpc/method.ts';

@IpcController()
export class VoiceCommandsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Method('Adds a voice command; no other may have its phrase.', { errors: ['DUPLICATE'] })
  add_voice_command(@Payload() command: AddVoiceCommand) {
    return this.commands.execute(command);
  }

  @Method('Changes the given fields of a voice command.', { errors: ['DUPLICATE'] })
  update_voice_command(@Payload() command: UpdateVoiceCommand) {
    return this.commands.execute(command);
  }

  @Method('Deletes a voice command.', { aliases: ['delete_command'] })
  delete_voice_command(@Payload() command: DeleteVoiceCommand) {
    return this.commands.execute(command);
  }

  @Method('Switches a voice command on or off.')
  set_voice_command_enabled(@Payload() command: SetVoiceCommandEnabled) {
    return this.commands.execute(command);
  }

  @Method('All voice commands.')
  get_voice_commands(@Payload() query: GetVoiceCommands) {
    return this.queries.execute(query);
  }
}
