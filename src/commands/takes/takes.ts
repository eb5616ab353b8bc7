import type { TakeMode } from '../../events/take-events.ts';
import { IsInteger, IsOneOf, IsText, MayBeAbsent, MayBeNull } from '../../fields/fields.ts';

const TAKE_STATES = ['idle', 'recording', 'processing'] as const;

/** The state of a take; null values are not known yet. */
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

/** Starts, stops and transcribes takes. Each request is one input of one ordered queue, whoever makes it. */
export abstract class Takes {
  /**
   * Resolves when the microphone is open.
   * @param request.device name of an input device; null for the settings'.
   * @param request.mode null for the settings'.
   * @throws HeycatError BUSY while a take is being recorded, DEVICE_UNAVAILABLE
   */
  abstract start(request: { device: string | null; mode: TakeMode | null }): Promise<TakeStatus>;
  /** Resolves when the sound is on disk. @throws HeycatError NOT_FOUND if nothing is being recorded. */
  abstract stop(): Promise<TakeStatus>;
  abstract toggle(): Promise<TakeStatus>;
  /** @throws HeycatError NOT_FOUND if nothing is being recorded. */
  abstract cancel(): Promise<TakeStatus>;
  /** @param at when the key moved, in ms since 1970; null for now. */
  abstract press(at: number | null): Promise<TakeStatus>;
  abstract release(at: number | null): Promise<TakeStatus>;
  /**
   * Queues a recording for transcription, again or for the first time; if rejected, it stays as it is.
   * @param model name of an installed model; null for the settings', or the best.
   * @throws HeycatError NOT_FOUND, BUSY (it is being recorded or transcribed), MODEL_MISSING
   */
  abstract transcribe(id: number, model: string | null): Promise<TakeStatus>;
  /** Carries out one of the candidates last published as `command_ambiguous`. @throws HeycatError NOT_FOUND */
  abstract resolve(commandId: number): Promise<TakeStatus>;
}
