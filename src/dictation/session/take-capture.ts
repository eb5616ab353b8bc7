import { Injectable } from '@nestjs/common';
import { ActiveWindowHolder } from '../../commands/window-contexts/active-window.ts';
import { HeycatError } from '../../errors.ts';
import type { StageTimes } from '../../events/take-events.ts';
import { type Capture, KeepOpenMicrophone } from '../ports/microphone.ts';
import { type StorageFailure, type StoredSound, type TakeFile, TakeFiles } from '../ports/take-files.ts';
import type { TakeReport } from '../rules/take/take-input.ts';
import type { ActiveWindow } from '../rules/window-context-matching.ts';
import { SoundMonitor, type MonitoredSound } from './sound-monitor.ts';
import { since } from './transcription-queue.ts';

/** None of these may throw. */
export interface CaptureEvents {
  /** Reports to the state machine what happens to the take. */
  report(report: TakeReport): void;
  /** The file has been created and contains the samples so far. */
  stored(file: TakeFile, sampleRate: number): void;
}

/** The dependencies of captures. */
@Injectable()
export class TakeCaptures {
  constructor(
    readonly microphone: KeepOpenMicrophone,
    readonly files: TakeFiles,
    readonly monitor: SoundMonitor,
    readonly window: ActiveWindowHolder,
  ) {}

  begin(take: number, events: CaptureEvents): TakeCapture {
    return new TakeCapture(this, take, events);
  }

  async close(): Promise<void> {
    await Promise.all([this.microphone.close(), this.monitor.close()]);
  }
}

/** Captures the sound of one take, from opening the microphone to closing the file. It waits for nothing but the disk. */
export class TakeCapture {
  /** The window at the start of the take: by its end the user may have switched to another. */
  readonly window: ActiveWindow | null;
  readonly times: StageTimes = {};
  readonly startedAt = new Date();
  endedAt = 0;
  overflows = 0;
  /** Resolves when the microphone is open. Rejects with DEVICE_UNAVAILABLE. */
  opened: Promise<void> = Promise.resolve();
  readonly #requestedAt = performance.now();
  readonly #sound: MonitoredSound;
  #capture: Capture | undefined;
  #file: Promise<TakeFile | undefined> | undefined;
  #writing: TakeFile | undefined;
  /** Samples that arrived before the file was created. */
  #early: Int16Array[] = [];
  #isStopped = false;

  constructor(
    private readonly means: TakeCaptures,
    private readonly take: number,
    private readonly events: CaptureEvents,
  ) {
    this.window = means.window.current;
    this.#sound = means.monitor.listen((type) => events.report({ take, type }));
  }

  open(device: string | null): void {
    this.opened = this.#open(device);
    this.opened.catch((thrown: unknown) => {
      const { message } = HeycatError.from(thrown);
      this.events.report({ take: this.take, type: 'capture_failed', message });
    });
  }

  /** The end is reported as `capture_ended`. */
  stop(): void {
    this.#isStopped = true;
    void this.#capture?.stop();
  }

  /** Resolves when all of the sound is on disk; undefined if there never was any. */
  async close(): Promise<{ file: TakeFile; sound: StoredSound } | undefined> {
    this.endedAt = performance.now();
    this.stop();
    const file = await this.#file;
    if (file === undefined) return undefined;
    const sound = await file.finish();
    this.times.file_ms = since(this.endedAt);
    return { file, sound };
  }

  async #open(device: string | null): Promise<void> {
    const capture = await this.means.microphone.open(
      { device },
      {
        samples: (pcm) => this.#samples(pcm),
        overflow: () => (this.overflows += 1),
        interrupted: (message) => this.#sound.interrupted(message),
        resumed: () => this.#sound.resumed(),
        ended: (end) => {
          this.#sound.ended();
          this.events.report({ take: this.take, type: 'capture_ended', end });
        },
      },
    );
    this.#capture = capture;
    if (this.#early.length > 0) this.#begin(capture.sampleRate);
    if (this.#isStopped) void capture.stop();
  }

  #samples(pcm: Int16Array): void | Promise<void> {
    if (pcm.length === 0) return undefined;
    if (this.#writing !== undefined) this.#writing.append(pcm);
    // The microphone may reuse its array.
    else this.#early.push(pcm.slice());
    const rate = this.#capture?.sampleRate;
    if (rate === undefined) return undefined;
    if (this.#file === undefined) this.#begin(rate);
    return this.#sound.samples(pcm, rate);
  }

  #begin(sampleRate: number): void {
    this.times.first_sample_ms = since(this.#requestedAt);
    this.events.report({ take: this.take, type: 'first_sample' });
    this.#file = this.#create(sampleRate);
  }

  async #create(sampleRate: number): Promise<TakeFile | undefined> {
    const { startedAt } = this;
    const onFailure = (failure: StorageFailure) => this.#storageFailed(failure);
    let file: TakeFile;
    try {
      file = await this.means.files.create({ sampleRate, startedAt, onFailure });
    } catch (thrown) {
      const code = (thrown as NodeJS.ErrnoException).code ?? 'unknown';
      const message = `No file can be created in the recordings folder (${code}); free some disk space or repair the folder.`;
      this.#storageFailed({ reason: code === 'ENOSPC' ? 'disk_full' : 'disk_failed', message });
      return undefined;
    }
    for (const pcm of this.#early.splice(0)) file.append(pcm);
    this.#writing = file;
    this.events.stored(file, sampleRate);
    return file;
  }

  #storageFailed({ reason, message }: StorageFailure): void {
    const of = reason === 'disk_full' ? reason : 'write_failed';
    this.events.report({ take: this.take, type: 'storage_failed', reason: of, message });
  }
}
