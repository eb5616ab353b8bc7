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

/** Below one second, with room for a slow disk's own delay. */
const SYNC_MS = 500;
/** Two minutes of 16 kHz; a disk that is further behind will hardly catch up. */
const BACKLOG_BYTES_MAX = 4 * 1024 * 1024;

/** Takes as WAV files of one folder. */
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
  /** Made when missing, mode 0700. */
  folder: string;
  /** Hz */
  sampleRate: number;
  /** When the take began; it names the file. */
  startedAt: Date;
  /** Called once, when no more samples are taken; {@link GrowingWav.finish} keeps what there is. */
  onFailure?: (failure: StorageFailure) => void;
  /** Bytes that may wait for the disk. */
  backlogBytesMax?: number;
}

/** What is in the file, which says so by its samples and not by a clock. */
export interface WavTake extends StoredSound {
  path: string;
}

/**
 * A WAV file of 16-bit mono samples that grows while it is recorded. It is written where it stays: nothing is renamed,
 * and nothing is ever deleted. Twice a second what was written is synced and the header says so; what a killed process
 * wrote after that is found by `repairWav`.
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
  /** The file took no more; nothing else is tried but to close it well. */
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

  /** Makes a file of a name that none has, mode 0600. Throws as `open` does. */
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

  /** Samples that are in the file or on their way to it. */
  get samples(): number {
    return Math.floor((this.#written + this.#waitingBytes) / 2);
  }

  get durationMs(): number {
    return durationMs(this.samples, this.#options.sampleRate);
  }

  /** Takes samples, at once; after a failure or {@link finish} they are dropped. */
  append(pcm: Int16Array): void {
    if (this.#failure !== undefined || this.#finished !== undefined || pcm.length === 0) return;
    if (this.#waitingBytes + pcm.byteLength > (this.#options.backlogBytesMax ?? BACKLOG_BYTES_MAX)) {
      this.#fail({
        reason: 'disk_slow',
        message: 'The disk was too slow for the recording, which ends here; what came before is kept.',
      });
      return;
    }
    // The caller may use its array again.
    this.#waiting.push(Buffer.from(Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength)));
    this.#waitingBytes += pcm.byteLength;
    // At once: what was written survives a killed process, and what was synced a power cut too.
    this.#work();
  }

  /** Writes and syncs all that was taken, and closes the file. Never throws: a failure is told in the answer. */
  finish(): Promise<WavTake> {
    return (this.#finished ??= this.#finish());
  }

  async #finish(): Promise<WavTake> {
    clearInterval(this.#timer);
    await this.#working;
    await this.#guarded(async () => {
      await this.#write();
      await this.#file.truncate(WAV_HEADER_BYTES + this.#whole);
    });
    // Also after a failure: a header of 44 bytes needs no room of its own.
    await this.#guarded(async () => {
      await this.#writeHeader(this.#whole);
      await this.#file.sync();
      await syncFolder(this.#options.folder);
    });
    await this.#guarded(() => this.#file.close());
    const samples = this.#whole / 2;
    const duration_ms = durationMs(samples, this.#options.sampleRate);
    return {
      path: this.path,
      samples,
      duration_ms,
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
    };
  }

  /** Bytes of whole samples: a full disk may have taken half of one. */
  get #whole(): number {
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
      // Counted as waiting until it is in the file, for the bound and for `samples`.
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

  /** The header never says more than what is synced; it is synced itself with what comes next. */
  async #sync(): Promise<void> {
    this.#syncedAt = performance.now();
    const upTo = this.#whole;
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
  // EFBIG: a limit that somebody set on the size of files.
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    const message = 'The disk is full, so the recording ends here; what came before is kept. Make room.';
    return { reason: 'disk_full', message };
  }
  const message = `The recording cannot be written (${code}), so it ends here; what came before is kept.`;
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
