import { Injectable } from '@nestjs/common';
import type { Dictation, TakeAnswer } from '../../commands/takes/dictation.ts';
import { Recogniser } from '../ports/recogniser.ts';
import type { TakeEffect } from '../rules/take/take-effect.ts';
import type { TakeInput, TakeMode, TimerName } from '../rules/take/take-input.ts';
import { step } from '../rules/take/take-machine.ts';
import { IDLE, recordingState } from '../rules/take/take-state.ts';
import { HeycatError } from '../../errors.ts';
import { ReadModels } from '../../projections/read-models.ts';
import type { RecordingStateView } from '../../queries/takes/recording-state.ts';
import { HeardCommands } from './heard-commands.ts';
import { since } from './stage-times.ts';
import { readTakeSettings, type TakeSettings } from './take-settings.ts';
import { TakesInAir } from './takes-in-air.ts';
import { Transcriptions } from './transcriptions.ts';

/** A key's time that a host tells is believed so far back, in ms. */
const KEY_AGE_MS = 10_000;

/** Everything that happens to dictation, whoever makes it happen, goes through one queue into the state machine. */
@Injectable()
export class DictationService implements Dictation {
  #state = IDLE;
  readonly #inputs: { input: TakeInput; done: (effects: readonly TakeEffect[]) => void }[] = [];
  #isStepping = false;
  readonly #timers = new Map<TimerName, NodeJS.Timeout>();

  constructor(
    private readonly models: ReadModels,
    private readonly air: TakesInAir,
    private readonly transcriptions: Transcriptions,
    private readonly commands: HeardCommands,
    private readonly recogniser: Recogniser,
  ) {
    air.onReport = (report) => this.#put({ ...report, at: performance.now() });
  }

  get settings(): TakeSettings {
    return readTakeSettings(this.models);
  }

  get view(): RecordingStateView {
    const { started_at, next: _, ...state } = recordingState(this.#state, this.settings.rules);
    const recorded_ms = started_at === null ? null : since(started_at);
    return { ...state, recorded_ms, waiting: this.transcriptions.waiting };
  }

  start({ device, mode }: { device: string | null; mode: TakeMode | null }): Promise<TakeAnswer> {
    const wanted = { ...(device !== null && { device }), ...(mode !== null && { mode }) };
    return this.#ask({ type: 'start', ...wanted, at: performance.now() });
  }

  stop(): Promise<TakeAnswer> {
    return this.#ask({ type: 'stop', at: performance.now() });
  }

  toggle(): Promise<TakeAnswer> {
    return this.#ask({ type: 'toggle', at: performance.now() });
  }

  cancel(): Promise<TakeAnswer> {
    return this.#ask({ type: 'cancel', at: performance.now() });
  }

  press(at: number | null): Promise<TakeAnswer> {
    return this.key('press', monotonic(at));
  }

  release(at: number | null): Promise<TakeAnswer> {
    return this.key('release', monotonic(at));
  }

  /** @param at by performance.now() */
  async key(type: 'press' | 'release', at: number): Promise<TakeAnswer> {
    this.#put({ type, at });
    return this.#answer();
  }

  async transcribe(id: number, model: string | null): Promise<TakeAnswer> {
    await this.recogniser.check(model);
    const row = this.models.row('recordings', id);
    if (row === undefined) throw new HeycatError('NOT_FOUND', 'Recording not found', { field: 'id' });
    if (this.air.has(row.file_path) || this.transcriptions.isWaiting(row.file_path)) {
      throw new HeycatError('BUSY', 'It is being recorded or transcribed already.', { field: 'id' });
    }
    this.air.transcribe(row, model);
    return { ...this.#answer(), file_path: row.file_path };
  }

  resolve(commandId: number): Promise<TakeAnswer> {
    this.commands.resolve(commandId);
    return Promise.resolve(this.#answer());
  }

  /** Ends the take that is recorded, with what there is; what waits is transcribed after the next start. */
  async close(): Promise<void> {
    this.#put({ type: 'shutdown', at: performance.now() });
    await this.air.close();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await this.transcriptions.close();
    await this.air.rowsWritten();
  }

  /** Waits for what the request began or ended. */
  async #ask(input: TakeInput): Promise<TakeAnswer> {
    const effects = this.#put(input);
    const begun = effects.find((effect) => effect.type === 'begin_take');
    if (begun !== undefined) await this.air.opened(begun.take);
    else if (this.#state.current?.outcome != null) {
      const closed = await this.air.lastClosed();
      return { ...this.#answer(), ...closed };
    }
    return this.#answer();
  }

  #answer(): TakeAnswer {
    const { state, take } = recordingState(this.#state, this.settings.rules);
    return { state, take, file_path: take === null ? null : this.air.pathOf(take) };
  }

  /** @returns the effects of this input. @throws HeycatError when it was refused. */
  #put(input: TakeInput): readonly TakeEffect[] {
    let own: readonly TakeEffect[] = [];
    this.#inputs.push({ input, done: (effects) => (own = effects) });
    this.#drain();
    const refused = own.find((effect) => effect.type === 'refuse');
    if (refused !== undefined) throw new HeycatError(refused.code, refused.message);
    return own;
  }

  /** What an effect brings about comes after everything that came before it. */
  #drain(): void {
    if (this.#isStepping) return;
    this.#isStepping = true;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        const { state, effects } = step(this.#state, next.input, this.settings.rules);
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
        // While the user speaks there is time to load the model.
        this.recogniser.prepare(null).catch(() => undefined);
        return this.air.begin(effect.take, effect.mode);
      case 'open_capture':
        return this.air.open(effect.take, effect.device);
      case 'stop_capture':
        return this.air.stop(effect.take);
      case 'finish_take':
        return this.air.finish(effect.take, effect.stop_reason);
      case 'cancel_take':
        return this.air.cancel(effect.take, { reason: effect.reason, keep: effect.keep });
      case 'set_timer':
        return this.#setTimer(effect.name, effect.at);
      case 'clear_timer':
        return this.#clearTimer(effect.name);
      case 'publish':
        return this.air.tell(effect.event);
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

/** A host's time as this process's clock has it. */
function monotonic(at: number | null): number {
  const now = performance.now();
  if (at === null) return now;
  const age = Date.now() - at;
  return now - Math.min(Math.max(0, age), KEY_AGE_MS);
}
