import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { ClockChangedEvent, SystemResumedEvent } from '../../events/live-event.ts';
import { HeycatError } from '../../errors.ts';
import type { BackupReport } from '../../queries/system/status-source.ts';
import type { Backups } from './backups.ts';
import type { BackupsFolder, OwnBackup } from './backups-folder.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const EARLY_MS = 10 * 60 * 1_000;
const RETRY_MS = 60 * 60 * 1_000;
/** The start itself comes first. */
const FIRST_CHECK_MS = 10_000;
const CHECK_MS = 5_000;

interface DailyBackupOptions {
  backups: Backups;
  folder: BackupsFolder;
  /** True when one should not wait until the day is over. */
  isUrgent?: () => boolean;
  now?: () => Date;
}

/**
 * Makes a backup a day after the last one, also when that day passed while nothing ran, and earlier where that is urgent.
 * Never fails for its owner.
 */
@EventsHandler(ClockChangedEvent, SystemResumedEvent)
export class DailyBackup
  implements
    IEventHandler<ClockChangedEvent | SystemResumedEvent>,
    OnApplicationBootstrap,
    BeforeApplicationShutdown
{
  readonly #log = new Logger('DailyBackup');
  readonly #options: Required<DailyBackupOptions>;
  #timer: NodeJS.Timeout | undefined;
  /** When the last one that was made by itself was, early or not. */
  #last: Date | undefined;
  #failed: { at: Date; error: string } | undefined;
  #checking: Promise<void> | undefined;

  constructor(options: DailyBackupOptions) {
    this.#options = { now: () => new Date(), isUrgent: () => false, ...options };
  }

  onApplicationBootstrap(): Promise<void> {
    return this.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.close();
  }

  get report(): BackupReport {
    return {
      last_at: this.#last?.toISOString() ?? null,
      ...(this.#failed && { error: this.#failed.error }),
    };
  }

  /** From now on it looks by itself whether one is due. */
  async start(): Promise<void> {
    await this.#look();
    this.#checkIn(FIRST_CHECK_MS);
  }

  /** Its timer stood still while the computer slept, and does not know the time of day. */
  handle(): void {
    void this.check();
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
    const { backups } = this.#options;
    const due = await this.#due();
    if (due === undefined || !backups.isReady) return;
    try {
      this.#last = new Date((await backups.makeOwn(due)).made_at);
      this.#failed = undefined;
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  async #due(): Promise<OwnBackup | undefined> {
    const { isUrgent, now } = this.#options;
    const lastDaily = await this.#look();
    if (since(this.#failed?.at, now()) < RETRY_MS) return undefined;
    if (since(lastDaily, now()) >= DAY_MS) return 'daily';
    return isUrgent() && since(this.#last, now()) >= EARLY_MS ? 'early' : undefined;
  }

  /** @returns when the last daily one was made. */
  async #look(): Promise<Date | undefined> {
    const { folder, now } = this.#options;
    this.#last = await folder.last(['daily', 'early'], now());
    return folder.last(['daily'], now());
  }

  /** The same failure is logged once. */
  #fail(thrown: unknown): void {
    const { backups, now } = this.#options;
    // The connection reports an engine that went away; one that comes back is asked again.
    if (!backups.isReady) return;
    const error = HeycatError.from(thrown).message;
    if (error !== this.#failed?.error) this.#log.warn(`No backup could be made: ${error}`);
    this.#failed = { at: now(), error };
  }
}

/** Also when the clock was set back since. */
function since(time: Date | undefined, now: Date): number {
  return time === undefined || time > now ? Infinity : Number(now) - Number(time);
}
