import { Injectable } from '@nestjs/common';
import { ActiveWindowHolder } from '../../commands/window-contexts/active-window.ts';
import { type CaptureEnd, WarmableMicrophone } from '../ports/microphone.ts';
import type { CancelReason, StopReason, TakeEvent } from '../rules/take/take-effect.ts';
import type { TakeMode, TakeReport } from '../rules/take/take-input.ts';
import type { HeycatError } from '../../errors.ts';
import type { RecordingRow } from '../../events/rows.ts';
import { LiveTake } from './live-take.ts';
import { type StorageFailure, type TakeFile, TakeFiles } from './take-files.ts';
import { TakeNewsTeller } from './take-news.ts';
import type { TakeRow } from './take-row.ts';
import { TakeRows } from './take-rows.ts';
import { TakeSound } from './take-sound.ts';
import { Transcriptions } from './transcriptions.ts';

/** What a take has become when its file is closed; null where there never was a sound. */
export interface ClosedTake {
  file_path: string | null;
  duration_ms: number;
  stop_reason: string;
}

interface InAir {
  id: number;
  mode: TakeMode;
  live: LiveTake;
  file?: TakeFile;
  row?: TakeRow;
  closed?: ClosedTake;
  /** Told once the file is there, which it names. */
  started?: TakeEvent;
}

/** The takes between the press and the closed file: does what the state machine decides, and reports what happens. */
@Injectable()
export class TakesInAir {
  /** Hears what happens to a take; set before the first one. */
  onReport: (report: TakeReport) => void = () => undefined;
  readonly #takes = new Map<number, InAir>();
  readonly #closing = new Set<Promise<void>>();
  #lastClosed: Promise<ClosedTake | undefined> = Promise.resolve(undefined);
  readonly #ends = new Map<number, (closed: ClosedTake) => void>();

  constructor(
    private readonly microphone: WarmableMicrophone,
    private readonly files: TakeFiles,
    private readonly rows: TakeRows,
    private readonly window: ActiveWindowHolder,
    private readonly transcriptions: Transcriptions,
    private readonly sound: TakeSound,
    private readonly news: TakeNewsTeller,
  ) {}

  begin(id: number, mode: TakeMode): void {
    const live = new LiveTake({
      microphone: this.microphone,
      files: this.files,
      // The window of the start: until the stop the user may have gone elsewhere.
      window: this.window.current,
      listener: this.#listenerOf(id),
    });
    this.#takes.set(id, { id, mode, live });
    this.#lastClosed = new Promise((resolve) => this.#ends.set(id, resolve));
  }

  open(id: number, device: string | null): void {
    this.#takes.get(id)?.live.open(device);
  }

  stop(id: number): void {
    this.#takes.get(id)?.live.stop();
  }

  /** Resolves when its microphone is open. Throws HeycatError DEVICE_UNAVAILABLE. */
  async opened(id: number): Promise<void> {
    await this.#takes.get(id)?.live.opened;
  }

  /** What the take that began last has become, when its file is closed. */
  lastClosed(): Promise<ClosedTake | undefined> {
    return this.#lastClosed;
  }

  pathOf(id: number): string | null {
    return this.#takes.get(id)?.file?.path ?? null;
  }

  /** Whether a file is one that is being recorded now. */
  has(path: string): boolean {
    return [...this.#takes.values()].some(({ file }) => file?.path === path);
  }

  finish(id: number, stop_reason: StopReason): void {
    this.#close(id, stop_reason, (take, file) => {
      const { row, live } = take;
      if (row === undefined || take.closed === undefined) return;
      const { duration_ms } = take.closed;
      void row.update({ status: 'transcribing', duration_ms, stop_reason });
      const { window, times, endedAt } = live;
      const waiting = { row, file: file.path, model: null, window, times, endedAt };
      this.transcriptions.add({ ...waiting, recovered: false, isAwaited: true });
    });
  }

  cancel(id: number, { reason, keep }: { reason: CancelReason; keep: boolean }): void {
    this.#close(id, reason, ({ row, closed }) => {
      if (row === undefined || closed === undefined) return;
      if (keep) void row.update({ status: 'recorded', duration_ms: closed.duration_ms, stop_reason: reason });
      else void this.rows.remove(row);
    });
  }

  tell(news: TakeEvent): void {
    const take = this.#takes.get(news.take);
    if (take === undefined) return;
    if (news.type === 'started' && take.file === undefined) take.started = news;
    else void this.news.tell(news, take);
    if (news.type === 'stopped' || news.type === 'cancelled') this.#takes.delete(news.take);
  }

  /** Has a recording transcribed again, or for the first time. */
  transcribe({ id, file_path }: RecordingRow, model: string | null): void {
    const row = this.rows.existing(id);
    const before = { file: file_path, model, window: null, times: {}, endedAt: performance.now() };
    void row.update({ status: 'transcribing', error: null });
    this.transcriptions.add({ ...before, row, recovered: false, isAwaited: false });
  }

  /** Resolves when no file is open any more. */
  async close(): Promise<void> {
    await this.#lastClosed;
    await Promise.all(this.#closing);
    await Promise.all([this.microphone.close(), this.sound.close()]);
  }

  /** Resolves when no row waits to be written by us: from then on the journal has it, or the next start finds it. */
  rowsWritten(): Promise<void> {
    return this.rows.close();
  }

  #listenerOf(take: number) {
    const sound = this.sound.listen((type) => this.onReport({ take, type }));
    return {
      ...sound,
      firstSample: () => this.onReport({ take, type: 'first_sample' }),
      stored: (file: TakeFile, sampleRate: number) => this.#stored(take, file, sampleRate),
      ended: (end: CaptureEnd) => {
        sound.ended();
        this.onReport({ take, type: 'capture_ended', end });
      },
      failed: ({ message }: HeycatError) => this.onReport({ take, type: 'capture_failed', message }),
      storageFailed: ({ reason, message }: StorageFailure) => {
        const machine = reason === 'disk_full' ? reason : 'write_failed';
        this.onReport({ take, type: 'storage_failed', reason: machine, message });
      },
    };
  }

  #stored(id: number, file: TakeFile, sampleRate: number): void {
    const take = this.#takes.get(id);
    if (take === undefined) return;
    take.file = file;
    take.row = this.rows.begin(file.path, { sampleRate, window: take.live.window });
    if (take.started !== undefined) void this.news.tell(take.started, take);
  }

  #close(id: number, stop_reason: string, then: (take: InAir, file: TakeFile) => void): void {
    const take = this.#takes.get(id);
    if (take === undefined) return;
    const done = this.#closed(take, stop_reason, then).finally(() => this.#closing.delete(done));
    this.#closing.add(done);
  }

  async #closed(
    take: InAir,
    stop_reason: string,
    then: (take: InAir, file: TakeFile) => void,
  ): Promise<void> {
    const closed = await take.live.close();
    const { duration_ms = 0 } = closed?.sound ?? {};
    take.closed = { file_path: closed?.file.path ?? null, duration_ms, stop_reason };
    if (closed !== undefined) then(take, closed.file);
    this.#ends.get(take.id)?.(take.closed);
    this.#ends.delete(take.id);
    this.onReport({ take: take.id, type: 'take_closed' });
  }
}
