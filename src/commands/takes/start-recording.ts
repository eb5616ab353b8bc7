import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { TAKE_MODES, type TakeMode } from '../../events/take-events.ts';
import { appliedWithoutWriting, CommandOf } from '../command.ts';
import { IsName, IsOneOf, IsOptional } from '../../fields/fields.ts';
import { LIMITS } from '../../fields/limits.ts';
import { Takes, TakeStatus } from './takes.ts';

/** Starts a take. */
export class StartRecording extends CommandOf(TakeStatus) {
  /** Name of an input device, as listed by list_audio_devices; defaults to the settings'. */
  @IsOptional()
  @IsName(LIMITS.file_path_bytes)
  device?: string;

  /** Defaults to the settings'. */
  @IsOptional()
  @IsOneOf(TAKE_MODES)
  mode?: TakeMode;
}

@CommandHandler(StartRecording)
export class StartRecordingHandler implements ICommandHandler<StartRecording> {
  constructor(private readonly takes: Takes) {}

  async execute(command: StartRecording) {
    const { device, mode } = command;
    return appliedWithoutWriting(
      command,
      await this.takes.start({ device: device ?? null, mode: mode ?? null }),
    );
  }
}
