import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { RecordingStatus } from '../../events/rows.ts';
import { CommandMessage } from '../command.ts';
import { CommandLedger, type Submitted } from '../command-ledger.ts';

/** Makes a take of the service's own known, from its first sample on. No method of the socket. */
export class BeginTake extends CommandMessage {
  file_path!: string;
  duration_ms!: number;
  /** Hz */
  sample_rate!: number;
  status!: RecordingStatus;
  /** The window that had the keyboard when the take began. */
  active_window_app!: string | null;
  active_window_title!: string | null;
  recovered!: boolean;
}

@CommandHandler(BeginTake)
export class BeginTakeHandler implements ICommandHandler<BeginTake> {
  constructor(private readonly ledger: CommandLedger) {}

  execute({ command_id, wait_ms, ...take }: BeginTake): Promise<Submitted> {
    const empty = { transcription: null, transcription_model: null, error: null, stop_reason: null };
    return this.ledger.submit({
      reducer: 'add_recording',
      command_id,
      wait_ms,
      args: { recording: { ...take, ...empty } },
    });
  }
}
