import type { TakeEffect } from './take-effect.ts';

/** Auto-repeat sends release and press together; a finger is slower. */
export const RELEASE_GRACE_MS = 50;
/** A press this long after the last one is not auto-repeat: the release between them was lost. */
const REPEAT_GAP_MS = 2_000;
/** A release can be reported before its press by at most this much. */
const OVERTAKEN_MS = 2_000;

/** The state of the key. */
export interface KeyState {
  /** The last press or repetition; null while the key is up. */
  readonly lastPress: number | null;
  /** When it was released, while that may still turn out to be auto-repeat. */
  readonly lettingGo: number | null;
  /** The last release. */
  readonly releasedAt: number | null;
  /** Whether the press of that release has not been reported yet. */
  readonly early: boolean;
}

export const KEY_IDLE: KeyState = { lastPress: null, lettingGo: null, releasedAt: null, early: false };

/** A real press or release, with the time at which the key moved. */
export interface Stroke {
  kind: 'press' | 'release';
  at: number;
}

export interface KeyStep {
  key: KeyState;
  strokes: readonly Stroke[];
  timers: readonly TakeEffect[];
}

const unchanged = (key: KeyState): KeyStep => ({ key, strokes: [], timers: [] });
const CLEAR: TakeEffect = { type: 'clear_timer', name: 'release' };

/** Filters out auto-repeat, lost releases, and releases reported before their press. */
export function keyPressed(key: KeyState, at: number): KeyStep {
  if (key.lettingGo !== null) return pressedWhileLettingGo(key, key.lettingGo, at);
  if (key.lastPress !== null) {
    const step = { ...key, lastPress: Math.max(key.lastPress, at) };
    return { ...unchanged(step), strokes: at - key.lastPress > REPEAT_GAP_MS ? [{ kind: 'press', at }] : [] };
  }
  if (key.releasedAt === null || !overtaken(at, key.releasedAt)) {
    return { ...unchanged({ ...key, lastPress: at, early: false }), strokes: [{ kind: 'press', at }] };
  }
  if (!key.early) return unchanged(key);
  const down = { ...key, lastPress: at, early: false };
  const { key: after, timers } = keyReleased(down, key.releasedAt);
  return { key: after, strokes: [{ kind: 'press', at }], timers };
}

function overtaken(pressedAt: number, releasedAt: number): boolean {
  return pressedAt < releasedAt && releasedAt - pressedAt <= OVERTAKEN_MS;
}

function pressedWhileLettingGo(key: KeyState, lettingGo: number, at: number): KeyStep {
  if (overtaken(at, lettingGo)) return unchanged(key);
  if (at >= lettingGo && at - lettingGo <= RELEASE_GRACE_MS) {
    return { key: { ...key, lettingGo: null, lastPress: at }, strokes: [], timers: [CLEAR] };
  }
  const released = letGo(lettingGo);
  const pressed = keyPressed(released.key, at);
  return { key: pressed.key, strokes: [...released.strokes, ...pressed.strokes], timers: [CLEAR] };
}

export function keyReleased(key: KeyState, at: number): KeyStep {
  if (key.lastPress === null) return unchanged({ ...key, releasedAt: at, early: true });
  if (overtaken(at, key.lastPress)) return unchanged(key);
  return {
    key: { ...key, lettingGo: at },
    strokes: [],
    timers: [{ type: 'set_timer', name: 'release', at: at + RELEASE_GRACE_MS }],
  };
}

/** After the grace period, the release turns out to be real. */
export function keyTimer(key: KeyState, at: number): KeyStep {
  if (key.lettingGo === null) return unchanged(key);
  const due = key.lettingGo + RELEASE_GRACE_MS;
  if (at >= due) return letGo(key.lettingGo);
  return { ...unchanged(key), timers: [{ type: 'set_timer', name: 'release', at: due }] };
}

function letGo(at: number): KeyStep {
  return {
    key: { lastPress: null, lettingGo: null, releasedAt: at, early: false },
    strokes: [{ kind: 'release', at }],
    timers: [],
  };
}
