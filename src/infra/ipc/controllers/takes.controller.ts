import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Payload } from '@nestjs/microservices';
import { CancelRecording } from '../../../commands/takes/cancel-recording.ts';
import { PressHotkey } from '../../../commands/takes/press-hotkey.ts';
import { ReleaseHotkey } from '../../../commands/takes/release-hotkey.ts';
import { ResolveAmbiguousCommand } from '../../../commands/takes/resolve-ambiguous-command.ts';
import { StartRecording } from '../../../commands/takes/start-recording.ts';
import { StopRecording } from '../../../commands/takes/stop-recording.ts';
import { ToggleRecording } from '../../../commands/takes/toggle-recording.ts';
import { TranscribeRecording } from '../../../commands/takes/transcribe-recording.ts';
import { GetRecordingState } from '../../../queries/takes/get-recording-state.ts';
import { IpcController } from '../transport/ipc-controller.ts';
import { Method } from '../openrpc/method.ts';

@IpcController()
export class TakesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Method('Begins a take; answers when the microphone is open.', { errors: ['BUSY', 'DEVICE_UNAVAILABLE'] })
  start_recording(@Payload() command: StartRecording) {
    return this.commands.execute(command);
  }

  @Method('Ends the take and has it transcribed; answers when its sound is on disk.', {
    errors: ['NOT_FOUND'],
  })
  stop_recording(@Payload() command: StopRecording) {
    return this.commands.execute(command);
  }

  @Method('Begins a take, or ends the one that is recorded.', { errors: ['DEVICE_UNAVAILABLE'] })
  toggle_recording(@Payload() command: ToggleRecording) {
    return this.commands.execute(command);
  }

  @Method('Ends the take without a transcription; what is longer than a second is kept.', {
    errors: ['NOT_FOUND'],
  })
  cancel_recording(@Payload() command: CancelRecording) {
    return this.commands.execute(command);
  }

  @Method('The dictation key of the host was pressed.')
  press_hotkey(@Payload() command: PressHotkey) {
    return this.commands.execute(command);
  }

  @Method('The dictation key of the host was released.')
  release_hotkey(@Payload() command: ReleaseHotkey) {
    return this.commands.execute(command);
  }

  @Method(
    'Has a recording transcribed, again or for the first time; its text comes as recording_completed.',
    { errors: ['NOT_FOUND', 'BUSY', 'MODEL_MISSING'] },
  )
  transcribe_recording(@Payload() command: TranscribeRecording) {
    return this.commands.execute(command);
  }

  @Method('Says which of the voice commands published as command_ambiguous was meant.', {
    errors: ['NOT_FOUND'],
  })
  resolve_ambiguous_command(@Payload() command: ResolveAmbiguousCommand) {
    return this.commands.execute(command);
  }

  @Method('Whether something is recorded now, and how many takes wait for their text.')
  get_recording_state(@Payload() query: GetRecordingState) {
    return this.queries.execute(query);
  }
}
