import { randomBytes } from 'node:crypto';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../../process/files/sync-folder.ts';
import { durationMs, WAV_HEADER_BYTES, wavHeader } from './wav-header.ts';
import type {
  KnownRecording,
  Leftovers,
  NewTakeFile,
  RepairedSound,
  StorageFailure,
  StoredSound,
  TakeFile,
  TakeFiles,
} from '../../../dictation/ports/take-files.ts';
import { findLeftovers } from './find-leftovers.ts';
import { repairWav } from './repair-wav.ts';

/** Less than a second, which leaves time for a slow disk. */
const SYNC_MS = 500;
/** Two minutes at 16 kHz; a disk that is further behind will hardly catch up. */
const BACKLOG_BYTES_MAX = 4 * 1024 * 1024;

/** Stores takes as WAV files in one folder. */
export class WavTakeFiles implements TakeFiles {
  constructor(private readonly folder: string) {}

  create(file: NewTakeFile): Promise<TakeFile> {
    return GrowingWav.create({ folder: this.folder, ...file });
  }

  repair(path: string): Promise<RepairedSound> {
    return repairWav(path);
  }

  leftovers(rows: Iterable<KnownRecording>): Promise<Leftovers> {
    return findLeftovers(this.folder, rows);
  }
}

export interface GrowingWavOptions {
  /** Created if missing, mode 0700. */
  folder: string;
  /** Hz */
  sampleRate: number;
  /** When the take began; the file is named after it. */
  startedAt: Date;
  /** Called once, when no more samples are accepted; {@link GrowingWav.finish} keeps the sound so far. */
  onFailure?: (failure: StorageFailure) => void;
  /** Bytes that may wait for the disk. */
  backlogBytesMax?: number;
}

/** What is in the file, which says so by its samples and not by a clock. */
export interface WavTake extends StoredSound {
  path: string;
}

/**
 * A WAV file of 16-bit mono samples that grows while it is recorded. It is written to its final place: nothing is renamed,
 * and nothing is ever deleted. Twice a second the samples written so far are synced and the header is updated; `repairWav`
 * recovers what a killed process wrote after that.
 */
export class GrowingWav implements TakeFile {
  readonly #file: FileHandle;
  readonly #options: GrowingWavOptions;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** Bytes of sound in the file. */
  #written = 0;
  #synced = 0;
  #working: Promise<void> | undefined;
  #failure: StorageFailure | undefined;
  /** A write failed; from then on the file is only closed properly. */
  #isBroken = false;
  #syncedAt = 0;
  #finished: Promise<WavTake> | undefined;
  readonly #timer: NodeJS.Timeout;

  private constructor(
    readonly path: string,
    file: FileHandle,
    options: GrowingWavOptions,
  ) {
    this.#file = file;
    this.#options = options;
    this.#syncedAt = performance.now();
    this.#timer = setInterval(() => this.#work(), SYNC_MS);
  }

  /** Creates a file with an unused name, mode 0600. Throws as `open` does. */
  static async create(options: GrowingWavOptions): Promise<GrowingWav> {
    const { folder, sampleRate, startedAt } = options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const { path, file } = await openNew(folder, startedAt);
    try {
      await file.write(wavHeader(sampleRate, 0), 0, WAV_HEADER_BYTES, 0);
      await file.datasync();
      await syncFolder(folder);
    } catch (error) {
      await file.close();
      throw error;
    }
    return new GrowingWav(path, file, options);
  }

  get failure(): StorageFailure | undefined {
    return this.#failure;
  }

  /** Samples in the file or waiting to be written. */
  get samples(): number {
    return Math.floor((this.#written + this.#waitingBytes) / 2);
  }

  get durationMs(): number {
    return durationMs(this.samples, this.#options.sampleRate);
  }

  /** Accepts samples, synchronously; after a failure or {@link finish} they are dropped. */
  append(pcm: Int16Array): void {
    if (this.#failure !== undefined || this.#finished !== undefined || pcm.length === 0) return;
    if (this.#waitingBytes + pcm.byteLength > (this.#options.backlogBytesMax ?? BACKLOG_BYTES_MAX)) {
      this.#fail({
        reason: 'disk_slow',
        message: 'The disk was too slow for the recording, which ends here; the sound before that is kept.',
      });
      return;
    }
    // The caller may reuse its array.
    this.#waiting.push(Buffer.from(Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength)));
    this.#waitingBytes += pcm.byteLength;
    // Immediately: written samples survive a killed process, and synced ones a power failure as well.
    this.#work();
  }

  /** Writes and syncs all accepted samples, and closes the file. Never throws: a failure is part of the result. */
  finish(): Promise<WavTake> {
    return (this.#finished ??= this.#finish());
  }

  async #finish(): Promise<WavTake> {
    clearInterval(this.#timer);
    await this.#working;
    await this.#guarded(async () => {
      await this.#write();
      await this.#file.truncate(WAV_HEADER_BYTES + this.#completeBytes);
    });
    // Also after a failure: the header's 44 bytes are already allocated.
    await this.#guarded(async () => {
      await this.#writeHeader(this.#completeBytes);
      await this.#file.sync();
      await syncFolder(this.#options.folder);
    });
    await this.#guarded(() => this.#file.close());
    const samples = this.#completeBytes / 2;
    const duration_ms = durationMs(samples, this.#options.sampleRate);
    return {
      path: this.path,
      samples,
      duration_ms,
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
    };
  }

  /** Bytes of complete samples: a full disk may have accepted half of one. */
  get #completeBytes(): number {
    return this.#written - (this.#written % 2);
  }

  #work(): void {
    if (this.#working !== undefined || this.#isBroken) return;
    this.#working = this.#guarded(async () => {
      await this.#write();
      if (performance.now() - this.#syncedAt >= SYNC_MS) await this.#sync();
    }).finally(() => (this.#working = undefined));
  }

  async #write(): Promise<void> {
    while (this.#waitingBytes > 0 && !this.#isBroken) {
      const all = Buffer.concat(this.#waiting);
      // Counted as waiting until it is in the file, for the limit and for `samples`.
      this.#waiting = [];
      await this.#writeAll(all);
    }
  }

  async #writeAll(all: Buffer): Promise<void> {
    for (let at = 0; at < all.length;) {
      const { bytesWritten } = await this.#file.write(
        all,
        at,
        all.length - at,
        WAV_HEADER_BYTES + this.#written,
      );
      at += bytesWritten;
      this.#written += bytesWritten;
      this.#waitingBytes -= bytesWritten;
    }
  }

  /** The header never claims more than what is synced; it is synced itself together with the next samples. */
  async #sync(): Promise<void> {
    this.#syncedAt = performance.now();
    const upTo = this.#completeBytes;
    if (upTo === this.#synced) return;
    await this.#file.datasync();
    await this.#writeHeader(upTo);
    this.#synced = upTo;
  }

  async #writeHeader(dataBytes: number): Promise<void> {
    await this.#file.write(wavHeader(this.#options.sampleRate, dataBytes), 0, WAV_HEADER_BYTES, 0);
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#isBroken = true;
      this.#fail(failureOf(error));
    }
  }

  #fail(failure: StorageFailure): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#options.onFailure?.(failure);
  }
}

function failureOf(error: unknown): StorageFailure {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  // EFBIG: a limit on the size of files.
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    const message =
      'The disk is full, so the recording ends here; the sound before that is kept. Free some disk space.';
    return { reason: 'disk_full', message };
  }
  const message = `The recording cannot be written (${code}), so it ends here; the sound before that is kept.`;
  return { reason: 'disk_failed', message };
}

async function openNew(folder: string, startedAt: Date): Promise<{ path: string; file: FileHandle }> {
  const time = startedAt.toISOString().replaceAll(/[:.]/g, '-');
  for (;;) {
    const path = join(folder, `recording-${time}-${randomBytes(2).toString('hex')}.wav`);
    try {
      return { path, file: await open(path, 'wx', 0o600) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
