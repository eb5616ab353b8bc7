import type { Capture, CaptureEnd, CaptureListener, Microphone } from '../ports/microphone.ts';
import type { ActiveWindow } from '../rules/window-context-matching.ts';
import { HeycatError } from '../../errors.ts';
import { since, type StageTimes } from './stage-times.ts';
import type { StorageFailure, StoredSound, TakeFile, TakeFiles } from './take-files.ts';

/** What a take tells while it is recorded; none of these may throw. */
export interface LiveTakeListener {
  /** The first real sample has come. */
  firstSample(): void;
  /** Its file is there, and has what came. */
  stored(file: TakeFile, sampleRate: number): void;
  /** @returns as {@link CaptureListener.samples}. */
  samples(pcm: Int16Array, sampleRate: number): void | Promise<void>;
  ended(end: CaptureEnd): void;
  failed(error: HeycatError): void;
  storageFailed(failure: StorageFailure): void;
  interrupted(message: string): void;
  resumed(): void;
}

interface Parts {
  microphone: Microphone;
  files: TakeFiles;
  window: ActiveWindow | null;
  listener: LiveTakeListener;
}

/** One take from the opened microphone to the closed file. Nothing of the sound waits for anything but the disk. */
export class LiveTake {
  readonly window: ActiveWindow | null;
  readonly times: StageTimes = {};
  readonly startedAt = new Date();
  readonly #pressedAt = performance.now();
  readonly #parts: Parts;
  /** Resolves when the microphone is open. Rejects with DEVICE_UNAVAILABLE. */
  opened: Promise<void> = Promise.resolve();
  overflows = 0;
  #capture: Capture | undefined;
  #file: Promise<TakeFile | undefined> | undefined;
  #writing: TakeFile | undefined;
  /** Samples that came before their file. */
  #early: Int16Array[] = [];
  #isStopped = false;
  endedAt = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.window = parts.window;
  }

  open(device: string | null): void {
    this.opened = this.#open(device);
    this.opened.catch((thrown: unknown) => this.#parts.listener.failed(HeycatError.from(thrown)));
  }

  /** Its end is told as `ended`. */
  stop(): void {
    this.#isStopped = true;
    void this.#capture?.stop();
  }

  /** Resolves when the sound is whole on disk; undefined when there never was any. */
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
    const { microphone, listener } = this.#parts;
    const capture = await microphone.open({ device }, {
      samples: (pcm) => this.#samples(pcm),
      overflow: () => (this.overflows += 1),
      interrupted: (message) => listener.interrupted(message),
      resumed: () => listener.resumed(),
      ended: (end) => listener.ended(end),
    } satisfies CaptureListener);
    this.#capture = capture;
    if (this.#early.length > 0) this.#begin(capture.sampleRate);
    if (this.#isStopped) void capture.stop();
  }

  #samples(pcm: Int16Array): void | Promise<void> {
    if (pcm.length === 0) return undefined;
    if (this.#writing !== undefined) this.#writing.append(pcm);
    // The microphone may use its array again.
    else this.#early.push(pcm.slice());
    const rate = this.#capture?.sampleRate;
    if (rate === undefined) return undefined;
    if (this.#file === undefined) this.#begin(rate);
    return this.#parts.listener.samples(pcm, rate);
  }

  #begin(sampleRate: number): void {
    const { files, listener } = this.#parts;
    this.times.first_sample_ms = since(this.#pressedAt);
    const onFailure = (failure: StorageFailure) => listener.storageFailed(failure);
    listener.firstSample();
    this.#file = files.create({ sampleRate, startedAt: this.startedAt, onFailure }).then(
      (file) => {
        for (const pcm of this.#early.splice(0)) file.append(pcm);
        this.#writing = file;
        listener.stored(file, sampleRate);
        return file;
      },
      (thrown: unknown) => {
        const code = (thrown as NodeJS.ErrnoException).code ?? 'unknown';
        const message = `The recordings folder takes no new file (${code}); make room or repair it.`;
        listener.storageFailed({ reason: code === 'ENOSPC' ? 'disk_full' : 'disk_failed', message });
        return undefined;
      },
    );
  }
}
