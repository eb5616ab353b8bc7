import { only, type Step } from './step.ts';
import { begin, cancel, isOpen, stopNow, stopWithTail } from './take-life.ts';
import type { Stroke } from './hotkey-strokes.ts';
import type { TakeRequest } from './take-input.ts';
import type { TakeRules, TakeState, WantedTake } from './take-state.ts';

/** Toggles that follow each other faster are one: a key that bounces, or that a compositor repeats. */
export const TOGGLE_DEBOUNCE_MS = 200;
/** In hybrid mode a key held that long is push-to-talk. */
export const HOLD_MS = 500;

interface When {
  at: number;
  rules: TakeRules;
}

type Asked = Exclude<TakeRequest, { type: 'press' | 'release' }>;

export function onRequest(state: TakeState, asked: Asked, when: When): Step {
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

/** Begins a take, or lets it wait for the microphone of the one that ends, whose tail is then cut short. */
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

/** What a key does: it asks nothing that could be refused. */
export function onStroke(state: TakeState, { kind, at }: Stroke, rules: TakeRules): Step {
  const when = { at, rules };
  if (kind === 'release') return released(state, when);
  const { mode, device } = rules;
  const wanted = { mode, device, heldSince: mode === 'toggle' ? null : at };
  if (mode !== 'push_to_talk') return debounced(state, at, (free) => toggle(free, wanted, when));
  const { current } = state;
  // Held by this very key: its release was lost.
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
