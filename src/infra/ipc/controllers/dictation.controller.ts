import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { CancelRecording } from '../../../commands/takes/cancel-recording.ts';
import { PressHotkey } from '../../../commands/takes/press-hotkey.ts';
import { ReleaseHotkey } from '../../../commands/takes/release-hotkey.ts';
import { ResolveAmbiguousCommand } from '../../../commands/takes/resolve-ambiguous-command.ts';
import { StartRecording } from '../../../commands/takes/start-recording.ts';
import { StopRecording } from '../../../commands/takes/stop-recording.ts';
import { ToggleRecording } from '../../../commands/takes/toggle-recording.ts';
import { TranscribeRecording } from '../../../commands/takes/transcribe-recording.ts';
import { GetRecordingState } from '../../../queries/takes/get-recording-state.ts';
import type { MethodExtras } from '../openrpc/method-extras.ts';
import { IpcController } from '../transport/ipc-controller.ts';

@IpcController()
export class DictationController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @MessagePattern('start_recording', {
    summary: 'Begins a take; answers when the microphone is open.',
    errors: ['BUSY', 'DEVICE_UNAVAILABLE'],
  } satisfies MethodExtras)
  start(@Payload() command: StartRecording) {
    return this.commands.execute(command);
  }

  @MessagePattern('stop_recording', {
    summary: 'Ends the take and has it transcribed; answers when its sound is on disk.',
    errors: ['NOT_FOUND'],
  } satisfies MethodExtras)
  stop(@Payload() command: StopRecording) {
    return this.commands.execute(command);
  }

  @MessagePattern('toggle_recording', {
    summary: 'Begins a take, or ends the one that is recorded.',
    errors: ['DEVICE_UNAVAILABLE'],
  } satisfies MethodExtras)
  toggle(@Payload() command: ToggleRecording) {
    return this.commands.execute(command);
  }

  @MessagePattern('cancel_recording', {
    summary: 'Ends the take without a transcription; what is longer than a second is kept.',
    errors: ['NOT_FOUND'],
  } satisfies MethodExtras)
  cancel(@Payload() command: CancelRecording) {
    return this.commands.execute(command);
  }

  @MessagePattern('press_hotkey', {
    summary: 'The dictation key of the host was pressed.',
  } satisfies MethodExtras)
  press(@Payload() command: PressHotkey) {
    return this.commands.execute(command);
  }

  @MessagePattern('release_hotkey', {
    summary: 'The dictation key of the host was released.',
  } satisfies MethodExtras)
  release(@Payload() command: ReleaseHotkey) {
    return this.commands.execute(command);
  }

  @MessagePattern('transcribe_recording', {
    summary:
      'Has a recording transcribed, again or for the first time; its text comes as recording_completed.',
    errors: ['NOT_FOUND', 'BUSY', 'MODEL_MISSING'],
  } satisfies MethodExtras)
  transcribe(@Payload() command: TranscribeRecording) {
    return this.commands.execute(command);
  }

  @MessagePattern('resolve_ambiguous_command', {
    summary: 'Says which of the voice commands told as command_ambiguous was meant.',
    errors: ['NOT_FOUND'],
  } satisfies MethodExtras)
  resolve(@Payload() command: ResolveAmbiguousCommand) {
    return this.commands.execute(command);
  }

  @MessagePattern('get_recording_state', {
    summary: 'Whether something is recorded now, and how many takes wait for their text.',
    answers: ['state', 'phase', 'take', 'mode', 'device', 'recorded_ms', 'waiting'],
  } satisfies MethodExtras)
  state(@Payload() query: GetRecordingState) {
    return this.queries.execute(query);
  }
}
