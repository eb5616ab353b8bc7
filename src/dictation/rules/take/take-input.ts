import type { TakeMode } from '../../../events/take-events.ts';
import type { CaptureEnd } from '../../ports/microphone.ts';

/**
 * `take`: the current phase has lasted long enough, or the microphone has not answered in time. `release`: the release of
 * the key turned out to be real.
 */
export type TimerName = 'take' | 'release';

/** A request from a user or a program. */
export type TakeRequest =
  | { type: 'toggle' }
  /** Device and mode default to the settings'; a null device is the default device. */
  | { type: 'start'; device?: string | null; mode?: TakeMode }
  | { type: 'stop' }
  | { type: 'cancel' }
  | { type: 'press' }
  | { type: 'release' }
  /** The service shuts down: the take stops immediately, with the sound so far. */
  | { type: 'shutdown' };

/** Something that happened to a take; ignored if the take is no longer being recorded. */
export type TakeReport = { take: number } & (
  | { type: 'first_sample' }
  /** Opening failed; `message` is a sentence. */
  | { type: 'capture_failed'; message: string }
  | { type: 'capture_ended'; end: CaptureEnd }
  /** Samples can no longer be written. */
  | { type: 'storage_failed'; reason: 'disk_full' | 'write_failed'; message: string }
  | { type: 'speech_started' }
  | { type: 'silence_after_speech' }
  | { type: 'no_speech' }
  /** `finish_take` or `cancel_take` is done. */
  | { type: 'take_closed' }
);

/** Everything that happens to takes, in one sequence. `at`: when it happened, in monotonic milliseconds. */
export type TakeInput = { at: number } & (TakeRequest | TakeReport | { type: 'timer'; name: TimerName });
