import { Injectable, Logger } from '@nestjs/common';
import { EventBus } from '@nestjs/cqrs';
import { Recogniser, type Transcript } from '../ports/recogniser.ts';
import type { ActiveWindow } from '../rules/window-context-matching.ts';
import { HeycatError } from '../../errors.ts';
import { LiveEvent } from '../../events/live-event.ts';
import type { StageTimes, TranscriptionStarted } from '../../events/take-events.ts';
import type { TakeRow } from './take-rows.ts';
import { UserRules } from './user-rules.ts';

/** A take whose sound is completely on disk. Its row already says `transcribing`, so that a new start finds it. */
export interface WaitingTake {
  row: TakeRow;
  file: string;
  /** Name of a model; null for the settings', or the best. */
  model: string | null;
  /** The window that had the keyboard focus when the take began. */
  window: ActiveWindow | null;
  /** True if a crash ended the recording. */
  recovered: boolean;
  /** True if somebody is waiting for the text: voice commands in it are then carried out. */
  isAwaited: boolean;
  times: StageTimes;
  /** When the sound ended, by performance.now(). */
  endedAt: number;
}

/** Takes are transcribed one after the other, in the order of their ends, however many wait. */
@Injectable()
export class TranscriptionQueue {
  readonly #logger = new Logger(TranscriptionQueue.name);
  #last: Promise<void> = Promise.resolve();
  readonly #files = new Set<string>();
  readonly #times = new TakeTimes();
  #isClosed = false;

  constructor(
    private readonly recogniser: Recogniser,
    private readonly rules: UserRules,
    private readonly events: EventBus,
  ) {}

  /** The number of waiting takes, including the one being transcribed. */
  get waiting(): number {
    return this.#files.size;
  }

  isWaiting(file: string): boolean {
    return this.#files.has(file);
  }

  add(take: WaitingTake): void {
    this.#files.add(take.file);
    this.#last = this.#last.then(() => this.#transcribe(take)).finally(() => this.#files.delete(take.file));
  }

  /** The time that this run's last takes spent in each stage. */
  stages(): Record<string, StageSummary> {
    return this.#times.summary();
  }

  /** Loads the model while the user is speaking. */
  prepare(): void {
    this.recogniser.prepare(null).catch(() => undefined);
  }

  /** @throws HeycatError MODEL_MISSING if there is no such model; null for the settings', or the best. */
  check(model: string | null): Promise<void> {
    return this.recogniser.check(model);
  }

  /** Takes that still wait are transcribed after the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.recogniser.close();
    await this.#last;
  }

  async #transcribe(take: WaitingTake): Promise<void> {
    if (this.#isClosed) return;
    const about = { recording_id: await take.row.knownId(), file_path: take.file, recovered: take.recovered };
    take.times.wait_ms = since(take.endedAt);
    this.events.publish(new LiveEvent('transcription_started', about));
    try {
      const partial = (text: string) => {
        this.events.publish(new LiveEvent('transcription_partial', { ...about, text }));
      };
      const transcript = await this.recogniser.transcribe({ file: take.file, model: take.model }, partial);
      this.#completed(take, transcript, about);
    } catch (thrown) {
      // If the recogniser was closed, the row still says `transcribing`, and the next start continues.
      if (!this.#isClosed) this.#failed(take, HeycatError.from(thrown), about);
    }
  }

  #completed(take: WaitingTake, transcript: Transcript, about: TranscriptionStarted): void {
    const { row, times, endedAt } = take;
    const ruledFrom = performance.now();
    const { text, auto_enter, outcome } = this.rules.apply(transcript.text, take.window);
    times.decode_ms = transcript.decode_ms;
    times.rules_ms = since(ruledFrom);
    times.told_ms = since(endedAt);
    const { model, language, audio_ms } = transcript;
    const command = outcome.kind === 'none' ? null : outcome.kind;
    const spoken = { text, raw_text: transcript.text, auto_enter, command };
    this.events.publish(
      new LiveEvent('transcription_completed', { ...about, ...spoken, model, language, audio_ms, times }),
    );
    if (take.isAwaited) this.rules.carryOut(text, outcome);
    const stored = row.update({
      status: 'completed',
      error: null,
      transcription: text,
      transcription_model: model,
    });
    // The next take need not wait for the database.
    void stored.then(() => this.#times.add({ ...times, stored_ms: since(endedAt) }));
  }

  #failed({ row }: WaitingTake, { code, message }: HeycatError, about: TranscriptionStarted): void {
    this.#logger.warn(`A take could not be transcribed (${code}); its sound is kept.`);
    this.events.publish(new LiveEvent('transcription_error', { ...about, code, message }));
    // Without a model the take is merely not transcribed yet.
    if (code === 'MODEL_MISSING') void row.update({ status: 'recorded' });
    else void row.update({ status: 'failed', error: message });
  }
}

export interface StageSummary {
  takes: number;
  p50_ms: number;
  p95_ms: number;
}

const KEPT = 200;

/** The stage times of this run's last takes. */
class TakeTimes {
  readonly #takes: StageTimes[] = [];

  add(times: StageTimes): void {
    this.#takes.push(times);
    if (this.#takes.length > KEPT) this.#takes.shift();
  }

  /** By stage, of the takes that passed it. */
  summary(): Record<string, StageSummary> {
    const byStage = new Map<string, number[]>();
    for (const take of this.#takes) {
      for (const [stage, ms] of Object.entries(take) as [string, number][]) {
        byStage.set(stage, [...(byStage.get(stage) ?? []), ms]);
      }
    }
    return Object.fromEntries([...byStage].map(([stage, values]) => [stage, summarised(values)]));
  }
}

function summarised(values: number[]): StageSummary {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { takes: sorted.length, p50_ms: at(0.5), p95_ms: at(0.95) };
}

/** Milliseconds since a time of performance.now(), rounded to a tenth. */
export function since(start: number): number {
  return Math.round((performance.now() - start) * 10) / 10;
}
