import type { TakeMode } from '../../../events/take-events.ts';
import type { CaptureEnd } from '../../ports/microphone.ts';

/**
 * `take`: the current one has been long enough, or its microphone too long without an answer; what it means depends
 * on the phase. `release`: the key was let go for good.
 */
export type TimerName = 'take' | 'release';

/** What a user or a program asks for. */
export type TakeRequest =
  | { type: 'toggle' }
  /** The settings' device and mode where they are left out; null is the default device. */
  | { type: 'start'; device?: string | null; mode?: TakeMode }
  | { type: 'stop' }
  | { type: 'cancel' }
  | { type: 'press' }
  | { type: 'release' }
  /** The service ends: stops at once, with what there is. */
  | { type: 'shutdown' };

/** What happens to a take; of one that is no longer recorded it is ignored. */
export type TakeReport = { take: number } & (
  | { type: 'first_sample' }
  /** Opening was refused; `message` is a sentence. */
  | { type: 'capture_failed'; message: string }
  | { type: 'capture_ended'; end: CaptureEnd }
  /** Samples can no longer be written. */
  | { type: 'storage_failed'; reason: 'disk_full' | 'write_failed'; message: string }
  | { type: 'speech_started' }
  | { type: 'silence_after_speech' }
  | { type: 'no_speech' }
  /** What `finish_take` or `cancel_take` asked for is done. */
  | { type: 'take_closed' }
);

/** Everything that happens to dictation, in one order. `at`: when it happened, in monotonic milliseconds. */
export type TakeInput = { at: number } & (TakeRequest | TakeReport | { type: 'timer'; name: TimerName });
