import type { CaptureEnd } from '../../../../../src/dictation/ports/microphone.ts';
import { step } from '../../../../../src/dictation/rules/take/take-machine.ts';
import type { TakeEffect, TakeEvent } from '../../../../../src/dictation/rules/take/take-effect.ts';
import type {
  TakeInput,
  TakeReport,
  TakeRequest,
  TimerName,
} from '../../../../../src/dictation/rules/take/take-input.ts';
import {
  DEFAULT_TAKE_RULES,
  IDLE,
  recordingState,
  type TakeRules,
  type TakeState,
} from '../../../../../src/dictation/rules/take/take-state.ts';

type ReportOf<R> = R extends { take: number } ? Omit<R, 'take'> : never;

/** The machine with timers that run when time passes, and what it wanted done, as words. */
export class Machine {
  state: TakeState = IDLE;
  now = 0;
  done: string[] = [];
  readonly #timers = new Map<TimerName, number>();

  constructor(public rules: TakeRules = DEFAULT_TAKE_RULES) {}

  /** Time passes, timers run. */
  until(at: number): this {
    for (;;) {
      const [first] = [...this.#timers].sort((a, b) => a[1] - b[1]);
      if (first === undefined || first[1] > at) break;
      this.#timers.delete(first[0]);
      this.input({ type: 'timer', name: first[0], at: first[1] });
    }
    this.now = Math.max(this.now, at);
    return this;
  }

  ask(request: TakeRequest['type'] | TakeRequest, at = this.now): this {
    this.until(at);
    return this.input({ ...(typeof request === 'string' ? { type: request } : request), at });
  }

  /** Of the last take, or of another. */
  report(report: ReportOf<TakeReport>, at = this.now, take = this.state.takes): this {
    this.until(at);
    return this.input({ ...report, take, at });
  }

  firstSample(at = this.now): this {
    return this.report({ type: 'first_sample' }, at);
  }

  ended(at = this.now, end: CaptureEnd = { reason: 'stopped' }): this {
    return this.report({ type: 'capture_ended', end }, at);
  }

  closed(take = this.state.takes): this {
    return this.report({ type: 'take_closed' }, this.now, take);
  }

  /** As it comes: no timer before it. */
  input(input: TakeInput): this {
    const { state, effects } = step(this.state, input, this.rules);
    this.state = state;
    for (const effect of effects) {
      if (effect.type === 'set_timer') this.#timers.set(effect.name, effect.at);
      else if (effect.type === 'clear_timer') this.#timers.delete(effect.name);
      else this.done.push(words(effect));
    }
    return this;
  }

  get timers(): [TimerName, number][] {
    return [...this.#timers];
  }

  get view() {
    return recordingState(this.state, this.rules);
  }

  /** What was done since the last look. */
  look(): string[] {
    return this.done.splice(0);
  }
}

export function words(effect: TakeEffect): string {
  switch (effect.type) {
    case 'begin_take':
      return `begin ${effect.take} ${effect.mode}`;
    case 'open_capture':
      return `open ${effect.take}${effect.device === null ? '' : ` ${effect.device}`}`;
    case 'stop_capture':
      return `stop ${effect.take}`;
    case 'finish_take':
      return `finish ${effect.take} ${effect.stop_reason}`;
    case 'cancel_take':
      return `cancel ${effect.take} ${effect.reason}${effect.keep ? ' kept' : ''}`;
    case 'refuse':
      return `refuse ${effect.code}`;
    case 'publish':
      return publishedWords(effect.event);
    default:
      return effect.type;
  }
}

function publishedWords(event: TakeEvent): string {
  if (event.type === 'stopped') return `published stopped ${event.take} ${event.stop_reason}`;
  if (event.type === 'cancelled')
    return `published cancelled ${event.take} ${event.reason}${event.kept ? ' kept' : ''}`;
  if (event.type === 'error') return `published error ${event.take} ${event.code}`;
  return `published ${event.type} ${event.take}`;
}
