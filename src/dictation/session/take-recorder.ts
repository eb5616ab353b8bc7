import { Injectable } from '@nestjs/common';
import { EventBus } from '@nestjs/cqrs';
import { LiveEvent } from '../../events/live-event.ts';
import type { RecordingRow } from '../../events/rows.ts';
import type { CancelReason, StopReason } from '../../events/take-events.ts';
import type { TakeFile } from '../ports/take-files.ts';
import type { TakeEvent } from '../rules/take/take-effect.ts';
import type { TakeReport } from '../rules/take/take-input.ts';
import { TakeCaptures, type TakeCapture } from './take-capture.ts';
import { TakeRows, type TakeRow } from './take-rows.ts';
import { TranscriptionQueue, type WaitingTake } from './transcription-queue.ts';

/** The result of a take whose file has been closed; null values if there never was a sound. */
export interface ClosedTake {
  file_path: string | null;
  duration_ms: number;
  stop_reason: string;
}

/** A take between its start and its last event. */
interface RecordedTake {
  id: number;
  capture: TakeCapture;
  report(report: TakeReport): void;
  file?: TakeFile;
  row?: TakeRow;
  /** Published once the file that it names has been created. */
  started?: TakeEvent;
  duration_ms?: number;
  resolveClosed(closed: ClosedTake): void;
}

/** Carries out what the state machine decides about takes: their sound, rows and events. */
@Injectable()
export class TakeRecorder {
  readonly #takes = new Map<number, RecordedTake>();
  readonly #closing = new Set<Promise<void>>();
  #lastClosed: Promise<ClosedTake | undefined> = Promise.resolve(undefined);

  constructor(
    private readonly captures: TakeCaptures,
    private readonly rows: TakeRows,
    private readonly transcriptions: TranscriptionQueue,
    private readonly events: EventBus,
  ) {}

  /** @param report receives what happens to the take, as input of the state machine. */
  begin(id: number, report: (report: TakeReport) => void): void {
    const stored = (file: TakeFile, sampleRate: number) => this.#stored(id, file, sampleRate);
    const capture = this.captures.begin(id, { report, stored });
    this.#lastClosed = new Promise((resolveClosed) => {
      this.#takes.set(id, { id, capture, report, resolveClosed });
    });
  }

  open(id: number, device: string | null): void {
    this.#takes.get(id)?.capture.open(device);
  }

  stop(id: number): void {
    this.#takes.get(id)?.capture.stop();
  }

  /** Resolves when the take's microphone is open. Throws HeycatError DEVICE_UNAVAILABLE. */
  async opened(id: number): Promise<void> {
    await this.#takes.get(id)?.capture.opened;
  }

  /** The result of the take that began last, once its file has been closed. */
  lastClosed(): Promise<ClosedTake | undefined> {
    return this.#lastClosed;
  }

  pathOf(id: number): string | null {
    return this.#takes.get(id)?.file?.path ?? null;
  }

  /** Whether a file is being recorded or waits for its transcription. */
  isBusy(path: string): boolean {
    const isRecorded = [...this.#takes.values()].some(({ file }) => file?.path === path);
    return isRecorded || this.transcriptions.isWaiting(path);
  }

  finish(id: number, stop_reason: StopReason): void {
    this.#close(id, stop_reason, (row, file, { capture, duration_ms }) => {
      void row.update({ status: 'transcribing', duration_ms, stop_reason });
      const { window, times, endedAt } = capture;
      const waiting = { row, file, model: null, window, times, endedAt };
      this.transcriptions.add({ ...waiting, recovered: false, isAwaited: true });
    });
  }

  cancel(id: number, { reason, keep }: { reason: CancelReason; keep: boolean }): void {
    this.#close(id, reason, (row, _file, { duration_ms }) => {
      if (keep) void row.update({ status: 'recorded', duration_ms, stop_reason: reason });
      else void row.remove();
    });
  }

  publish(event: TakeEvent): void {
    const take = this.#takes.get(event.take);
    if (take === undefined) return;
    if (event.type === 'started' && take.file === undefined) take.started = event;
    else void this.#publish(event, take);
    if (event.type === 'stopped' || event.type === 'cancelled') this.#takes.delete(event.take);
  }

  /** Transcribes a recording again, or for the first time. */
  transcribe({ id, file_path }: RecordingRow, model: string | null): void {
    const row = this.rows.existing(id);
    void row.update({ status: 'transcribing', error: null });
    this.transcribeLate({ row, file: file_path, model, window: null, recovered: false });
  }

  /** Queues a take for whose text nobody is waiting. */
  transcribeLate(take: Omit<WaitingTake, 'times' | 'endedAt' | 'isAwaited'>): void {
    this.transcriptions.add({ ...take, times: {}, endedAt: performance.now(), isAwaited: false });
  }

  /** Resolves when all files are closed. */
  async close(): Promise<void> {
    await this.#lastClosed;
    await Promise.all(this.#closing);
    await this.captures.close();
  }

  /** Resolves when no row is waiting to be written: each is in the journal, or will be found by the next start. */
  rowsWritten(): Promise<void> {
    return this.rows.close();
  }

  #stored(id: number, file: TakeFile, sampleRate: number): void {
    const take = this.#takes.get(id);
    if (take === undefined) return;
    take.file = file;
    take.row = this.rows.begin(file.path, { sampleRate, window: take.capture.window });
    if (take.started !== undefined) void this.#publish(take.started, take);
  }

  #close(id: number, stop_reason: string, then: AfterClose): void {
    const take = this.#takes.get(id);
    if (take === undefined) return;
    const done = this.#closed(take, stop_reason, then).finally(() => this.#closing.delete(done));
    this.#closing.add(done);
  }

  async #closed(take: RecordedTake, stop_reason: string, then: AfterClose): Promise<void> {
    const closed = await take.capture.close();
    const { duration_ms = 0 } = closed?.sound ?? {};
    take.duration_ms = duration_ms;
    if (closed !== undefined && take.row !== undefined) {
      then(take.row, closed.file.path, { capture: take.capture, duration_ms });
    }
    take.resolveClosed({ file_path: closed?.file.path ?? null, duration_ms, stop_reason });
    take.report({ take: take.id, type: 'take_closed' });
  }

  async #publish(event: TakeEvent, { capture, row, file, duration_ms = 0 }: RecordedTake): Promise<void> {
    const { overflows, times } = capture;
    const about = { take: event.take, file_path: file?.path ?? null };
    switch (event.type) {
      case 'started': {
        const { mode, device } = event;
        const started_at = capture.startedAt.toISOString();
        this.events.publish(
          new LiveEvent('recording_started', { ...about, mode, device, started_at, times }),
        );
        return;
      }
      case 'stopping':
        return;
      case 'stopped': {
        const { stop_reason } = event;
        const recording_id = (await row?.knownId()) ?? null;
        const sound = { duration_ms, overflows, times };
        this.events.publish(
          new LiveEvent('recording_stopped', { ...about, recording_id, stop_reason, ...sound }),
        );
        return;
      }
      case 'cancelled': {
        const { reason, kept } = event;
        this.events.publish(new LiveEvent('recording_cancelled', { ...about, reason, kept }));
        return;
      }
      case 'error': {
        const { code, message } = event;
        this.events.publish(new LiveEvent('recording_error', { ...about, code, message }));
      }
    }
  }
}

type AfterClose = (row: TakeRow, file: string, take: { capture: TakeCapture; duration_ms: number }) => void;
