import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePrivateFolder } from '../paths.ts';

export interface ListedBackup {
  /** Absolute path. */
  file: string;
  /** ISO 8601, by its name. */
  made_at: string;
  /** True when the service made it by itself. */
  daily: boolean;
  bytes: number;
}

/** As many of those that were made by themselves stay. */
const KEPT = 7;
const MADE = /^heycat-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3})Z(\.daily)?\.backup$/;
/** What a crash leaves of a backup in this folder. */
const UNFINISHED = /^heycat-[\dTZ.-]+\.(daily\.)?backup\.[0-9a-f-]{36}\.tmp$/;

/** `<data>/backups`: the backups that nobody gave a name, which have the time in it. */
export class BackupsFolder {
  constructor(private readonly path: string) {}

  /** Makes the folder; gives the path of a new backup in it. @throws HeycatError NOT_AUTHORIZED. */
  async place(at: Date, kind: 'daily' | 'asked for'): Promise<string> {
    await ensurePrivateFolder(this.path);
    // Windows takes no colons.
    const time = at.toISOString().replaceAll(':', '-');
    return join(this.path, `heycat-${time}${kind === 'daily' ? '.daily' : ''}.backup`);
  }

  /** The newest first; they are not read. */
  async list(): Promise<ListedBackup[]> {
    const found: ListedBackup[] = [];
    for (const name of await this.#names()) {
      const made = madeBackup(name);
      const file = join(this.path, name);
      const stats = made && (await stat(file).catch(() => undefined));
      if (made === undefined || stats === undefined) continue;
      found.push({ file, made_at: made.at.toISOString(), daily: made.daily, bytes: stats.size });
    }
    return found.sort((a, b) => (a.made_at < b.made_at ? 1 : -1));
  }

  /** When the newest daily backup was made, by its name; one from the future does not count. */
  async lastDaily(now: Date): Promise<Date | undefined> {
    const times = (await this.#names()).map(dailyTime).filter((time) => time !== undefined && time <= now);
    return times.sort((a, b) => Number(a) - Number(b)).at(-1);
  }

  /**
   * Removes daily backups beyond the newest ones, and what crashes have left; anything else stays. Those from the future
   * are of a clock that was set back since, and older than they say: else they would outlive each that is made now.
   */
  async prune(now: Date): Promise<void> {
    const names = await this.#names();
    const isAhead = (name: string): number => Number(dailyTime(name)! > now);
    const daily = names
      .filter((name) => dailyTime(name) !== undefined)
      .sort((a, b) => isAhead(b) - isAhead(a) || (a < b ? -1 : 1));
    const old = [...daily.slice(0, -KEPT), ...names.filter((name) => UNFINISHED.test(name))];
    for (const name of old) await rm(join(this.path, name), { force: true });
  }

  #names(): Promise<string[]> {
    return readdir(this.path).catch(() => []);
  }
}

function dailyTime(name: string): Date | undefined {
  const made = madeBackup(name);
  return made?.daily === true ? made.at : undefined;
}

function madeBackup(name: string): { at: Date; daily: boolean } | undefined {
  const [, day, hour, minute, second, daily] = MADE.exec(name) ?? [];
  const at = new Date(`${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at.getTime()) ? undefined : { at, daily: daily !== undefined };
}
