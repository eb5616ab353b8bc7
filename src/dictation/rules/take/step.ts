import type { TakeEffect } from './take-effect.ts';
import type { TakeState } from './take-state.ts';

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
