import type { ErrorCode } from '../../../errors.ts';
import type { CancelReason, StopReason, TakeMode } from '../../../events/take-events.ts';
import type { TimerName } from './take-input.ts';

/** What UIs learn of a take, as the events recording_started, recording_stopped … */
export type TakeEvent =
  /** After the first real sample. */
  | { type: 'started'; take: number; mode: TakeMode; device: string | null }
  /** The stop request was accepted; the last words are still being recorded. */
  | { type: 'stopping'; take: number }
  | { type: 'stopped'; take: number; stop_reason: StopReason }
  | { type: 'cancelled'; take: number; reason: CancelReason; kept: boolean }
  | { type: 'error'; take: number; code: ErrorCode; message: string };

/** What is to be done, in order. */
export type TakeEffect =
  /** Creates the row and the file; the take belongs to the window that has the keyboard focus now. */
  | { type: 'begin_take'; take: number; mode: TakeMode; device: string | null }
  | { type: 'open_capture'; take: number; device: string | null }
  | { type: 'stop_capture'; take: number }
  /** Closes the file, then transcribes it. */
  | { type: 'finish_take'; take: number; stop_reason: StopReason }
  /** Closes the file and keeps it untranscribed, with `reason` as its stop_reason; or removes file and row. */
  | { type: 'cancel_take'; take: number; reason: CancelReason; keep: boolean }
  /** Replaces the timer of that name. */
  | { type: 'set_timer'; name: TimerName; at: number }
  | { type: 'clear_timer'; name: TimerName }
  | { type: 'publish'; event: TakeEvent }
  /** The request changed nothing. */
  | { type: 'refuse'; code: ErrorCode; message: string };
