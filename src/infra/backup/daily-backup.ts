import { Logger } from '@nestjs/common';
import { HeycatError } from '../../errors.ts';
import type { BackupReport } from '../../queries/system/status-source.ts';
import type { Backups } from './backups.ts';
import type { BackupsFolder } from './backups-folder.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const RETRY_MS = 60 * 60 * 1_000;
/** The start itself comes first. */
const FIRST_CHECK_MS = 10_000;
const CHECK_MS = 60_000;

interface DailyBackupOptions {
  backups: Backups;
  folder: BackupsFolder;
  now?: () => Date;
}

/** Makes a backup a day after the last one, also when that day passed while nothing ran. Never fails for its owner. */
export class DailyBackup {
  readonly #log = new Logger('DailyBackup');
  readonly #options: Required<DailyBackupOptions>;
  #timer: NodeJS.Timeout | undefined;
  #last: Date | undefined;
  #failed: { at: Date; error: string } | undefined;
  #checking: Promise<void> | undefined;

  constructor(options: DailyBackupOptions) {
    this.#options = { now: () => new Date(), ...options };
  }

  get report(): BackupReport {
    return {
      last_at: this.#last?.toISOString() ?? null,
      ...(this.#failed && { error: this.#failed.error }),
    };
  }

  /** From now on it looks by itself whether one is due. */
  async start(): Promise<void> {
    this.#last = await this.#options.folder.lastDaily(this.#options.now());
    this.#checkIn(FIRST_CHECK_MS);
  }

  /** Makes one if it is due. */
  check(): Promise<void> {
    this.#checking ??= this.#check().finally(() => (this.#checking = undefined));
    return this.#checking;
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#checking;
    clearTimeout(this.#timer);
  }

  #checkIn(ms: number): void {
    this.#timer = setTimeout(() => void this.check().then(() => this.#checkIn(CHECK_MS)), ms);
    this.#timer.unref();
  }

  async #check(): Promise<void> {
    const { backups, folder, now } = this.#options;
    this.#last = await folder.lastDaily(now());
    const isDue = since(this.#last, now()) >= DAY_MS && since(this.#failed?.at, now()) >= RETRY_MS;
    if (!isDue || !backups.isReady) return;
    try {
      this.#last = new Date((await backups.makeDaily()).made_at);
      this.#failed = undefined;
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  /** The same failure is logged once. */
  #fail(thrown: unknown): void {
    const { backups, now } = this.#options;
    // An engine that went away is told by others, and one that comes back is asked again.
    if (!backups.isReady) return;
    const error = HeycatError.from(thrown).message;
    if (error !== this.#failed?.error) this.#log.warn(`No daily backup could be made: ${error}`);
    this.#failed = { at: now(), error };
  }
}

/** Also when the clock was set back since. */
function since(time: Date | undefined, now: Date): number {
  return time === undefined || time > now ? Infinity : Number(now) - Number(time);
}
