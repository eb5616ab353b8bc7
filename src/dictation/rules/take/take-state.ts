import type { CancelReason, StopReason, TakeMode } from '../../../events/take-events.ts';
import type { TakeEffect, TakeEvent } from './take-effect.ts';
import { KEY_AT_REST, type KeyState } from './hotkey-strokes.ts';

/** What the settings say; a change holds from the next input on. */
export interface TakeRules {
  mode: TakeMode;
  /** Null is the default device. */
  device: string | null;
  max_duration_ms: number;
  /** How long is recorded after the user's stop, so that the last word is whole. */
  tail_ms: number;
}

export const DEFAULT_TAKE_RULES: TakeRules = {
  mode: 'toggle',
  device: null,
  max_duration_ms: 10 * 60_000,
  tail_ms: 350,
};

/** A take that was asked for. */
export interface WantedTake {
  readonly mode: TakeMode;
  readonly device: string | null;
  /** When the key was pressed that holds it; null once it goes on without. */
  readonly heldSince: number | null;
}

export type Outcome =
  { kind: 'finish'; stop_reason: StopReason } | { kind: 'cancel'; reason: CancelReason; at: number };

/** The take that is being recorded: its microphone is open. */
export interface Take extends WantedTake {
  readonly id: number;
  /**
   * `starting` until the first sample, then `recording`; `tail`: it ends, its last word is being recorded; `ending`: the
   * microphone was told to stop.
   */
  readonly phase: 'starting' | 'recording' | 'tail' | 'ending';
  /** When the phase has lasted long enough. */
  readonly due: number;
  readonly begunAt: number;
  /** When the first sample came. */
  readonly heardAt: number | null;
  readonly spoken: boolean;
  /** What becomes of it, from `tail` on. */
  readonly outcome: Outcome | null;
  /** Starts when this one's microphone is free. */
  readonly next: WantedTake | null;
}

/** A take whose file is being closed, and what is published then. */
export interface ClosingTake {
  readonly take: number;
  readonly event: TakeEvent;
}

/** All there is to know of recording; transcription is no part of it. */
export interface TakeState {
  readonly current: Take | null;
  readonly closing: readonly ClosingTake[];
  readonly key: KeyState;
  /** When the last toggle came, accepted or not. */
  readonly toggledAt: number | null;
  /** How many takes were begun; the id of the last one. */
  readonly takes: number;
}

export const IDLE: TakeState = { current: null, closing: [], key: KEY_AT_REST, toggledAt: null, takes: 0 };

/** A state, and what is to be done on the way to it. */
export interface Step {
  readonly state: TakeState;
  readonly effects: readonly TakeEffect[];
}

export function only(state: TakeState, ...effects: TakeEffect[]): Step {
  return { state, effects };
}

/** Goes on from a step, its effects first. */
export function andThen(step: Step, next: (state: TakeState) => Step): Step {
  const { state, effects } = next(step.state);
  return { state, effects: [...step.effects, ...effects] };
}

/** What `get_recording_state` answers, but for the clock: times are monotonic milliseconds. */
export interface RecordingState {
  state: 'idle' | 'recording' | 'processing';
  phase: Take['phase'] | null;
  take: number | null;
  mode: TakeMode;
  device: string | null;
  /** The first real sample. */
  started_at: number | null;
  /** Whether another take starts as soon as the microphone is free. */
  next: boolean;
}

export function recordingState({ current, closing }: TakeState, rules: TakeRules): RecordingState {
  return {
    state: current !== null ? 'recording' : closing.length > 0 ? 'processing' : 'idle',
    phase: current?.phase ?? null,
    take: current?.id ?? null,
    mode: (current ?? rules).mode,
    device: (current ?? rules).device,
    started_at: current?.heardAt ?? null,
    next: current?.next != null,
  };
}
