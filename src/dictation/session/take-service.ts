import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Takes, TakeStatus } from '../../commands/takes/takes.ts';
import type { TakeEffect } from '../rules/take/take-effect.ts';
import type { TakeMode } from '../../events/take-events.ts';
import type { TakeInput, TakeReport, TimerName } from '../rules/take/take-input.ts';
import { step } from '../rules/take/take-machine.ts';
import { IDLE, recordingState, type TakeRules } from '../rules/take/take-state.ts';
import { HeycatError } from '../../errors.ts';
import { ReadModels } from '../../projections/read-models.ts';
import type {
  RecordingStateSource,
  RecordingStateView,
  StageView,
} from '../../queries/takes/recording-state.ts';
import { readTakeSettings } from './take-settings.ts';
import { TakeRecorder } from './take-recorder.ts';
import { since, TranscriptionQueue } from './transcription-queue.ts';
import { UserRules } from './user-rules.ts';

/** How old a host's key time may be, in ms. */
const KEY_AGE_MS = 10_000;

/** Feeds all inputs of takes through one queue into the state machine, and carries out its effects. */
@Injectable()
export class TakeService implements Takes, RecordingStateSource, OnModuleDestroy {
  #state = IDLE;
  readonly #inputs: { input: TakeInput; done: (effects: readonly TakeEffect[]) => void }[] = [];
  #isStepping = false;
  readonly #timers = new Map<TimerName, NodeJS.Timeout>();
  readonly #report = (report: TakeReport): void => void this.#put({ ...report, at: performance.now() });

  constructor(
    private readonly models: ReadModels,
    private readonly recorder: TakeRecorder,
    private readonly transcriptions: TranscriptionQueue,
    private readonly rules: UserRules,
  ) {}

  state(): RecordingStateView {
    const { started_at, next: _, ...state } = recordingState(this.#state, this.#rules);
    const recorded_ms = started_at === null ? null : since(started_at);
    return { ...state, recorded_ms, waiting: this.transcriptions.waiting };
  }

  stages(): Record<string, StageView> {
    return this.transcriptions.stages();
  }

  start({ device, mode }: { device: string | null; mode: TakeMode | null }): Promise<TakeStatus> {
    const wanted = { ...(device !== null && { device }), ...(mode !== null && { mode }) };
    return this.#ask({ type: 'start', ...wanted, at: performance.now() });
  }

  stop(): Promise<TakeStatus> {
    return this.#ask({ type: 'stop', at: performance.now() });
  }

  toggle(): Promise<TakeStatus> {
    return this.#ask({ type: 'toggle', at: performance.now() });
  }

  cancel(): Promise<TakeStatus> {
    return this.#ask({ type: 'cancel', at: performance.now() });
  }

  press(at: number | null): Promise<TakeStatus> {
    return this.key('press', monotonic(at));
  }

  release(at: number | null): Promise<TakeStatus> {
    return this.key('release', monotonic(at));
  }

  /** @param at by performance.now() */
  async key(type: 'press' | 'release', at: number): Promise<TakeStatus> {
    this.#put({ type, at });
    return this.#answer();
  }

  async transcribe(id: number, model: string | null): Promise<TakeStatus> {
    await this.transcriptions.check(model);
    const row = this.models.row('recordings', id);
    if (row === undefined) throw new HeycatError('NOT_FOUND', 'Recording not found', { field: 'id' });
    if (this.recorder.isBusy(row.file_path)) {
      throw new HeycatError('BUSY', 'It is already being recorded or transcribed.', { field: 'id' });
    }
    this.recorder.transcribe(row, model);
    return { ...this.#answer(), file_path: row.file_path };
  }

  resolve(commandId: number): Promise<TakeStatus> {
    this.rules.resolve(commandId);
    return Promise.resolve(this.#answer());
  }

  /** Runs before anything else shuts down: a take's row is written while the engine is still running. */
  onModuleDestroy(): Promise<void> {
    return this.close();
  }

  /** Stops the take that is being recorded, keeping the sound so far; waiting takes are transcribed after the next start. */
  async close(): Promise<void> {
    this.#put({ type: 'shutdown', at: performance.now() });
    await this.recorder.close();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await this.transcriptions.close();
    await this.recorder.rowsWritten();
  }

  /** Waits until the requested start or stop is done. */
  async #ask(input: TakeInput): Promise<TakeStatus> {
    const effects = this.#put(input);
    const begun = effects.find((effect) => effect.type === 'begin_take');
    if (begun !== undefined) await this.recorder.opened(begun.take);
    else if (this.#state.current?.outcome != null) {
      const closed = await this.recorder.lastClosed();
      return { ...this.#answer(), ...closed };
    }
    return this.#answer();
  }

  #answer(): TakeStatus {
    const { state, take } = recordingState(this.#state, this.#rules);
    return { state, take, file_path: take === null ? null : this.recorder.pathOf(take) };
  }

  /** The current settings. */
  get #rules(): TakeRules {
    return readTakeSettings(this.models).rules;
  }

  /** @returns the effects of this input. @throws HeycatError if it is rejected. */
  #put(input: TakeInput): readonly TakeEffect[] {
    let own: readonly TakeEffect[] = [];
    this.#inputs.push({ input, done: (effects) => (own = effects) });
    this.#drain();
    const refused = own.find((effect) => effect.type === 'refuse');
    if (refused !== undefined) throw new HeycatError(refused.code, refused.message);
    return own;
  }

  /** Handles inputs in order; inputs caused by an effect come after all earlier ones. */
  #drain(): void {
    if (this.#isStepping) return;
    this.#isStepping = true;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        const { state, effects } = step(this.#state, next.input, this.#rules);
        this.#state = state;
        next.done(effects);
        for (const effect of effects) this.#run(effect);
      }
    } finally {
      this.#isStepping = false;
    }
  }

  #run(effect: TakeEffect): void {
    switch (effect.type) {
      case 'begin_take':
        this.transcriptions.prepare();
        return this.recorder.begin(effect.take, this.#report);
      case 'open_capture':
        return this.recorder.open(effect.take, effect.device);
      case 'stop_capture':
        return this.recorder.stop(effect.take);
      case 'finish_take':
        return this.recorder.finish(effect.take, effect.stop_reason);
      case 'cancel_take':
        return this.recorder.cancel(effect.take, { reason: effect.reason, keep: effect.keep });
      case 'set_timer':
        return this.#setTimer(effect.name, effect.at);
      case 'clear_timer':
        return this.#clearTimer(effect.name);
      case 'publish':
        return this.recorder.publish(effect.event);
      case 'refuse':
    }
  }

  #setTimer(name: TimerName, at: number): void {
    this.#clearTimer(name);
    const fire = () => this.#put({ type: 'timer', name, at: performance.now() });
    this.#timers.set(name, setTimeout(fire, Math.max(0, at - performance.now())));
  }

  #clearTimer(name: TimerName): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}

/** Converts a host's time to this process's clock. */
function monotonic(at: number | null): number {
  const now = performance.now();
  if (at === null) return now;
  const age = Date.now() - at;
  return now - Math.min(Math.max(0, age), KEY_AGE_MS);
}
