import type { ErrorCode } from '../../../errors.ts';
import type { CancelReason, StopReason, TakeMode } from '../../../events/take-events.ts';
import type { CaptureEnd } from '../../ports/microphone.ts';
import type { TakeEffect, TakeEvent } from './take-effect.ts';
import { KEY_IDLE, type KeyState } from './hotkey-strokes.ts';

/** The relevant settings; a change applies from the next input on. */
export interface TakeRules {
  mode: TakeMode;
  /** Null for the default device. */
  device: string | null;
  max_duration_ms: number;
  /** How long is recorded after the user's stop, so that the last word is complete. */
  tail_ms: number;
}

export const DEFAULT_TAKE_RULES: TakeRules = {
  mode: 'toggle',
  device: null,
  max_duration_ms: 10 * 60_000,
  tail_ms: 350,
};

/** A requested take. */
export interface WantedTake {
  readonly mode: TakeMode;
  readonly device: string | null;
  /** When the key that holds it was pressed; null if no key holds it. */
  readonly heldSince: number | null;
}

export type Outcome =
  { kind: 'finish'; stop_reason: StopReason } | { kind: 'cancel'; reason: CancelReason; at: number };

/** The take that is being recorded: its microphone is open. */
export interface Take extends WantedTake {
  readonly id: number;
  /**
   * `starting` until the first sample, then `recording`; `tail`: it ends, its last word is being recorded; `ending`: the
   * microphone was asked to stop.
   */
  readonly phase: 'starting' | 'recording' | 'tail' | 'ending';
  /** When the phase times out. */
  readonly due: number;
  readonly begunAt: number;
  /** When the first sample arrived. */
  readonly firstSampleAt: number | null;
  readonly spoken: boolean;
  /** How the take ends, decided from `tail` on. */
  readonly outcome: Outcome | null;
  /** Starts when this one's microphone is free. */
  readonly next: WantedTake | null;
}

/** A take whose file is being closed, and what is published then. */
export interface ClosingTake {
  readonly take: number;
  readonly event: TakeEvent;
}

/** The complete state of recording, without transcription. */
export interface TakeState {
  readonly current: Take | null;
  readonly closing: readonly ClosingTake[];
  readonly key: KeyState;
  /** When the last toggle arrived, accepted or not. */
  readonly toggledAt: number | null;
  /** How many takes have begun, which is also the id of the last one. */
  readonly takes: number;
}

export const IDLE: TakeState = { current: null, closing: [], key: KEY_IDLE, toggledAt: null, takes: 0 };

/** A new state, and the effects that lead to it. */
export interface Step {
  readonly state: TakeState;
  readonly effects: readonly TakeEffect[];
}

export function only(state: TakeState, ...effects: TakeEffect[]): Step {
  return { state, effects };
}

/** Continues from a step, keeping its effects first. */
export function andThen(step: Step, next: (state: TakeState) => Step): Step {
  const { state, effects } = next(step.state);
  return { state, effects: [...step.effects, ...effects] };
}

/** The answer of `get_recording_state`, but with times in monotonic milliseconds. */
export interface RecordingState {
  state: 'idle' | 'recording' | 'processing';
  phase: Take['phase'] | null;
  take: number | null;
  mode: TakeMode;
  device: string | null;
  /** When the first real sample arrived. */
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
    started_at: current?.firstSampleAt ?? null,
    next: current?.next != null,
  };
}

/** A microphone that delivers nothing for this long is broken; slow ones need four seconds. */
export const FIRST_SAMPLE_MS = 10_000;
/** A microphone that was asked to stop and does not answer for so long is abandoned. */
export const CAPTURE_END_MS = 5_000;
/** A cancelled take with this much sound is kept: users cancel by mistake. */
export const KEPT_MS = 1_000;
const NO_SOUND = 'The microphone delivers no sound; choose another one or reconnect it.';

const publish = (event: TakeEvent): TakeEffect => ({ type: 'publish', event });
const takeTimer = (at: number): TakeEffect => ({ type: 'set_timer', name: 'take', at });
const changed = (state: TakeState, take: Take): TakeState => ({ ...state, current: take });

/** True until its end has been decided. */
export function isOpen(take: Take | null): take is Take & { outcome: null } {
  return take !== null && take.outcome === null;
}

export function begin(state: TakeState, wanted: WantedTake, at: number): Step {
  const id = state.takes + 1;
  const due = at + FIRST_SAMPLE_MS;
  const { mode, device } = wanted;
  const take: Take = {
    ...wanted,
    id,
    phase: 'starting',
    due,
    begunAt: at,
    firstSampleAt: null,
    spoken: false,
    outcome: null,
    next: null,
  };
  return only(
    { ...state, takes: id, current: take },
    { type: 'begin_take', take: id, mode, device },
    { type: 'open_capture', take: id, device },
    takeTimer(due),
  );
}

export function firstSample(
  state: TakeState,
  take: Take,
  { at, rules }: { at: number; rules: TakeRules },
): Step {
  if (take.firstSampleAt !== null) return only(state);
  const { id, mode, device } = take;
  const started = publish({ type: 'started', take: id, mode, device });
  if (take.phase !== 'starting') return only(changed(state, { ...take, firstSampleAt: at }), started);
  const due = at + rules.max_duration_ms;
  return only(
    changed(state, { ...take, firstSampleAt: at, phase: 'recording', due }),
    takeTimer(due),
    started,
  );
}

/** The user stops the take: its last word is still recorded. */
export function stopWithTail(
  state: TakeState,
  take: Take,
  { at, rules }: { at: number; rules: TakeRules },
): Step {
  const due = at + rules.tail_ms;
  const outcome: Outcome = { kind: 'finish', stop_reason: 'user' };
  const tail: Take = { ...take, phase: 'tail', due, outcome };
  return only(changed(state, tail), takeTimer(due), publish({ type: 'stopping', take: take.id }));
}

/** Ends the capture immediately. An earlier decision stays, except that a cancel overrides it. */
export function stopNow(
  state: TakeState,
  take: Take,
  { at, outcome }: { at: number; outcome: Outcome },
): Step {
  const decided = outcome.kind === 'cancel' ? outcome : (take.outcome ?? outcome);
  if (take.phase === 'ending') return only(changed(state, { ...take, outcome: decided }));
  const due = at + CAPTURE_END_MS;
  const ending: Take = { ...take, phase: 'ending', due, outcome: decided };
  return only(changed(state, ending), { type: 'stop_capture', take: take.id }, takeTimer(due));
}

export function cancel(
  state: TakeState,
  take: Take,
  { at, reason }: { at: number; reason: CancelReason },
): Step {
  return stopNow(state, take, { at, outcome: { kind: 'cancel', reason, at } });
}

/** The phase has timed out. */
export function onTakeTimer(state: TakeState, take: Take, at: number): Step {
  if (at < take.due) return only(state, takeTimer(take.due));
  switch (take.phase) {
    case 'starting': {
      const silent = error(take, 'DEVICE_UNAVAILABLE', NO_SOUND);
      const stopped = stopNow(state, take, {
        at,
        outcome: { kind: 'finish', stop_reason: 'capture_failed' },
      });
      return andThen(stopped, (ending) => only(ending, silent));
    }
    case 'recording':
      return stopNow(state, take, { at, outcome: { kind: 'finish', stop_reason: 'max_duration' } });
    case 'tail':
      return stopNow(state, take, { at, outcome: take.outcome! });
    case 'ending':
      return captureEnded(state, take, { at, end: { reason: 'stopped' } });
  }
}

/** The microphone is free: the take is closed, and one that waits begins. */
export function captureEnded(
  state: TakeState,
  take: Take,
  { at, end }: { at: number; end: CaptureEnd },
): Step {
  const closed = close(state, take, end);
  const { next } = take;
  return next === null ? closed : andThen(closed, (free) => begin(free, next, at));
}

function close(state: TakeState, take: Take, end: CaptureEnd): Step {
  const outcome = outcomeOf(take, end);
  const { id } = take;
  const closing = (event: TakeEvent): TakeState => ({
    ...state,
    current: null,
    closing: [...state.closing, { take: id, event }],
  });
  const before: TakeEffect[] = [{ type: 'clear_timer', name: 'take' }, ...failure(take, end)];
  if (outcome.kind === 'finish') {
    const { stop_reason } = outcome;
    const finish: TakeEffect = { type: 'finish_take', take: id, stop_reason };
    return only(closing({ type: 'stopped', take: id, stop_reason }), ...before, finish);
  }
  const { reason } = outcome;
  const keep = take.firstSampleAt !== null && outcome.at - take.firstSampleAt >= KEPT_MS;
  const cancelled: TakeEffect = { type: 'cancel_take', take: id, reason, keep };
  return only(closing({ type: 'cancelled', take: id, reason, kept: keep }), ...before, cancelled);
}

const STOP_REASON_OF_END: Record<CaptureEnd['reason'], StopReason> = {
  stopped: 'source_ended',
  exhausted: 'source_ended',
  device_lost: 'device_lost',
  failed: 'capture_failed',
};

function outcomeOf(take: Take, end: CaptureEnd): Outcome {
  if (take.outcome?.kind === 'cancel') return take.outcome;
  if (take.firstSampleAt === null) return { kind: 'cancel', reason: 'no_sound', at: take.begunAt };
  return take.outcome ?? { kind: 'finish', stop_reason: STOP_REASON_OF_END[end.reason] };
}

/** A microphone that fails once everything was recorded is no error. */
function failure(take: Take, end: CaptureEnd): TakeEffect[] {
  const complete = take.outcome !== null && take.firstSampleAt !== null;
  if (complete || end.reason === 'stopped' || end.reason === 'exhausted') return [];
  return [error(take, 'DEVICE_UNAVAILABLE', end.message)];
}

export function error(take: Take, code: ErrorCode, message: string): TakeEffect {
  return publish({ type: 'error', take: take.id, code, message });
}
