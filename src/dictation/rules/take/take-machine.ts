import { keyPressed, keyReleased, keyTimer, type KeyStep } from './hotkey-strokes.ts';
import { andThen, only, type Step } from './step.ts';
import type { TakeInput, TakeReport } from './take-input.ts';
import { cancel, captureEnded, error, heard, isOpen, onTakeTimer, stopNow } from './take-life.ts';
import { onRequest, onStroke } from './take-requests.ts';
import type { Take, TakeRules, TakeState } from './take-state.ts';

/**
 * One thing happens to dictation. Whatever happens, at most one microphone is open, every take that was begun is
 * finished or cancelled once, and all comes to rest when nothing more is asked.
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
      return heard(state, take, { at, rules });
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

/** Who holds the key decides when it ends. */
function listens(take: Take): boolean {
  return isOpen(take) && take.heldSince === null;
}

interface StorageFailure {
  report: Extract<TakeReport, { type: 'storage_failed' }>;
  at: number;
}

/** Whatever was decided before: what came last is not in the file. */
function storageFailed(state: TakeState, take: Take, { report, at }: StorageFailure): Step {
  if (take.phase === 'ending') return only(state);
  const undecided = { ...take, outcome: null };
  const stopped = stopNow(state, undecided, { at, outcome: { kind: 'finish', stop_reason: report.reason } });
  return andThen(stopped, (ending) => only(ending, error(take, 'INTERNAL', report.message)));
}

/** Its file is closed: now it is told, so that who hears of it finds it. */
function closed(state: TakeState, id: number): Step {
  const done = state.closing.find(({ take }) => take === id);
  if (done === undefined) return only(state);
  const closing = state.closing.filter((each) => each !== done);
  return only({ ...state, closing }, { type: 'tell', news: done.news });
}
