import type { TakeMode } from '../../events/take-events.ts';
import { IsInteger, IsOneOf, IsText, MayBeAbsent, MayBeNull } from '../../fields/fields.ts';

const TAKE_STATES = ['idle', 'recording', 'processing'] as const;

/** What a take became, or is; null where it is not known yet. */
export class TakeStatus {
  @IsOneOf(TAKE_STATES)
  state!: (typeof TAKE_STATES)[number];

  /** Number of the take in this run of the service. */
  @MayBeNull()
  @IsInteger(1)
  take!: number | null;

  @MayBeNull()
  @IsText()
  file_path!: string | null;

  /** Present when this ended a take. */
  @MayBeAbsent()
  @IsInteger(0)
  duration_ms?: number;

  /** Present when this ended a take. */
  @MayBeAbsent()
  @IsText()
  stop_reason?: string;
}

/** Starts, ends and transcribes takes. Each of these is one input of one ordered queue, whoever gives it. */
export abstract class Takes {
  /**
   * Resolves when the microphone is open.
   * @param request.device name of an input device; null takes the one of the settings.
   * @param request.mode null takes the one of the settings.
   * @throws HeycatError BUSY while a take is recorded, DEVICE_UNAVAILABLE
   */
  abstract start(request: { device: string | null; mode: TakeMode | null }): Promise<TakeStatus>;
  /** Resolves when the sound is on disk. @throws HeycatError NOT_FOUND when nothing is recorded. */
  abstract stop(): Promise<TakeStatus>;
  abstract toggle(): Promise<TakeStatus>;
  /** @throws HeycatError NOT_FOUND when nothing is recorded. */
  abstract cancel(): Promise<TakeStatus>;
  /** @param at when the key moved, in ms since 1970; null is now. */
  abstract press(at: number | null): Promise<TakeStatus>;
  abstract release(at: number | null): Promise<TakeStatus>;
  /**
   * Queues a recording to be transcribed, again or for the first time; refused, it stays as it is.
   * @param model name of an installed one; null takes that of the settings, or the best.
   * @throws HeycatError NOT_FOUND, BUSY (it is being recorded or transcribed), MODEL_MISSING
   */
  abstract transcribe(id: number, model: string | null): Promise<TakeStatus>;
  /** Runs one of the candidates last published as `command_ambiguous`. @throws HeycatError NOT_FOUND */
  abstract resolve(commandId: number): Promise<TakeStatus>;
}
