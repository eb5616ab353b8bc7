import { keyPressed, keyReleased, keyTimer, type KeyStep, type Stroke } from './hotkey-strokes.ts';
import type { TakeInput, TakeReport, TakeRequest } from './take-input.ts';
import {
  begin,
  cancel,
  captureEnded,
  error,
  firstSample,
  isOpen,
  onTakeTimer,
  stopNow,
  stopWithTail,
  andThen,
  only,
  type Step,
  type Take,
  type TakeRules,
  type TakeState,
  type WantedTake,
} from './take-state.ts';

/** Toggles within this time are one: a key that bounces, or that a compositor repeats. */
export const TOGGLE_DEBOUNCE_MS = 200;
/** In hybrid mode a key held this long is push-to-talk. */
export const HOLD_MS = 500;

/**
 * Handles one input. Whatever the inputs, at most one microphone is open, every take that was begun is finished or
 * cancelled exactly once, and without further requests the state returns to idle.
 */
export function step(state: TakeState, input: TakeInput, rules: TakeRules): Step {
  const { at } = input;
  switch (input.type) {
    case 'press':
      return stroked(state, keyPressed(state.key, at), rules);
    case 'release':
      return stroked(state, keyReleased(state.key, at), rules);
    case 'timer':
      if (input.name === 'release') return stroked(state, keyTimer(state.key, at), rules);
      return state.current === null ? only(state) : onTakeTimer(state, state.current, at);
    case 'toggle':
    case 'start':
    case 'stop':
    case 'cancel':
    case 'shutdown':
      return onRequest(state, input, { at, rules });
    case 'take_closed':
      return closed(state, input.take);
    default:
      return state.current?.id === input.take
        ? onReport(state, state.current, { report: input, at, rules })
        : only(state);
  }
}

function stroked(state: TakeState, { key, strokes, timers }: KeyStep, rules: TakeRules): Step {
  const start: Step = { state: { ...state, key }, effects: timers };
  return strokes.reduce((done, stroke) => andThen(done, (next) => onStroke(next, stroke, rules)), start);
}

interface Reported {
  report: Exclude<TakeReport, { type: 'take_closed' }>;
  at: number;
  rules: TakeRules;
}

function onReport(state: TakeState, take: Take, { report, at, rules }: Reported): Step {
  switch (report.type) {
    case 'first_sample':
      return firstSample(state, take, { at, rules });
    case 'capture_failed':
      return captureEnded(state, take, { at, end: { reason: 'failed', message: report.message } });
    case 'capture_ended':
      return captureEnded(state, take, { at, end: report.end });
    case 'storage_failed':
      return storageFailed(state, take, { report, at });
    case 'speech_started':
      return only({ ...state, current: { ...take, spoken: true } });
    case 'silence_after_speech':
      if (!listens(take)) return only(state);
      return stopNow(state, take, { at, outcome: { kind: 'finish', stop_reason: 'silence' } });
    case 'no_speech':
      return listens(take) && !take.spoken ? cancel(state, take, { at, reason: 'no_speech' }) : only(state);
  }
}

/** False while a key is held: then the key decides when the take ends. */
function listens(take: Take): boolean {
  return isOpen(take) && take.heldSince === null;
}

interface StorageFailure {
  report: Extract<TakeReport, { type: 'storage_failed' }>;
  at: number;
}

/** Overrides an earlier decision, because the last samples are not in the file. */
function storageFailed(state: TakeState, take: Take, { report, at }: StorageFailure): Step {
  if (take.phase === 'ending') return only(state);
  const undecided = { ...take, outcome: null };
  const stopped = stopNow(state, undecided, { at, outcome: { kind: 'finish', stop_reason: report.reason } });
  return andThen(stopped, (ending) => only(ending, error(take, 'INTERNAL', report.message)));
}

/** Its file is closed: its end is published now, so that whoever receives the event finds the file. */
function closed(state: TakeState, id: number): Step {
  const done = state.closing.find(({ take }) => take === id);
  if (done === undefined) return only(state);
  const closing = state.closing.filter((each) => each !== done);
  return only({ ...state, closing }, { type: 'publish', event: done.event });
}

interface When {
  at: number;
  rules: TakeRules;
}

type Asked = Exclude<TakeRequest, { type: 'press' | 'release' }>;

function onRequest(state: TakeState, asked: Asked, when: When): Step {
  switch (asked.type) {
    case 'start':
      return start(state, wantedBy(asked, when.rules), when.at);
    case 'toggle':
      return debounced(state, when.at, (free) => toggle(free, wantedBy({}, when.rules), when));
    case 'stop':
      return stop(state, when);
    case 'cancel':
      return cancelTake(state, when.at);
    case 'shutdown':
      return shutDown(state, when.at);
  }
}

function wantedBy(
  { device, mode }: { device?: string | null; mode?: WantedTake['mode'] },
  rules: TakeRules,
): WantedTake {
  return { mode: mode ?? rules.mode, device: device === undefined ? rules.device : device, heldSince: null };
}

/** Begins a take, or lets it wait for the microphone of the one that is ending, whose tail is then cut short. */
function start(state: TakeState, wanted: WantedTake, at: number): Step {
  const { current } = state;
  if (current === null) return begin(state, wanted, at);
  if (isOpen(current) || current.next !== null) {
    return only(state, { type: 'refuse', code: 'BUSY', message: 'A take is being recorded; stop it first.' });
  }
  const waiting = { ...current, next: wanted };
  return stopNow({ ...state, current: waiting }, waiting, { at, outcome: current.outcome! });
}

function stop(state: TakeState, when: When): Step {
  const { current } = state;
  if (current === null) return nothingRecorded(state);
  return isOpen(current) ? stopWithTail(state, current, when) : only(withoutNext(state));
}

function toggle(state: TakeState, wanted: WantedTake, when: When): Step {
  const { current } = state;
  const stops = isOpen(current) || (current !== null && current.next !== null);
  return stops ? stop(state, when) : start(state, wanted, when.at);
}

function cancelTake(state: TakeState, at: number): Step {
  const { current } = state;
  if (current === null) return nothingRecorded(state);
  return current.next === null
    ? cancel(state, current, { at, reason: 'cancelled' })
    : only(withoutNext(state));
}

function shutDown(state: TakeState, at: number): Step {
  const last = withoutNext(state);
  if (last.current === null) return only(last);
  return stopNow(last, last.current, { at, outcome: { kind: 'finish', stop_reason: 'shutdown' } });
}

function nothingRecorded(state: TakeState): Step {
  return only(state, { type: 'refuse', code: 'NOT_FOUND', message: 'Nothing is being recorded.' });
}

function withoutNext(state: TakeState): TakeState {
  return state.current === null ? state : { ...state, current: { ...state.current, next: null } };
}

function debounced(state: TakeState, at: number, accepted: (state: TakeState) => Step): Step {
  const { toggledAt } = state;
  const seen = { ...state, toggledAt: at };
  return toggledAt !== null && Math.abs(at - toggledAt) < TOGGLE_DEBOUNCE_MS ? only(seen) : accepted(seen);
}

/** Handles a key, whose requests are never rejected. */
function onStroke(state: TakeState, { kind, at }: Stroke, rules: TakeRules): Step {
  const when = { at, rules };
  if (kind === 'release') return released(state, when);
  const { mode, device } = rules;
  const wanted = { mode, device, heldSince: mode === 'toggle' ? null : at };
  if (mode !== 'push_to_talk') return debounced(state, at, (free) => toggle(free, wanted, when));
  const { current } = state;
  // The take is held by this key, so its release was lost.
  if (isOpen(current)) return current.heldSince === null ? only(state) : stop(state, when);
  return current?.next == null ? start(state, wanted, at) : only(state);
}

function released(state: TakeState, when: When): Step {
  const { current } = state;
  const held = current?.next ?? current;
  if (current === null || held === null || held.heldSince === null) return only(state);
  const tapped = held.mode === 'hybrid' && when.at - held.heldSince < HOLD_MS;
  if (!tapped) return stop(state, when);
  const free = { heldSince: null };
  const next = current.next;
  return only({
    ...state,
    current: next === null ? { ...current, ...free } : { ...current, next: { ...next, ...free } },
  });
}
