import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePrivateFolder } from '../paths.ts';

/** As many of those that were made by themselves stay. */
const KEPT = 7;
const DAILY = /^heycat-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3})Z\.daily\.backup$/;
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

  /** When the newest daily backup was made, by its name; one from the future does not count. */
  async lastDaily(now: Date): Promise<Date | undefined> {
    const times = (await this.#names()).map(timeOf).filter((time) => time !== undefined && time <= now);
    return times.sort((a, b) => Number(a) - Number(b)).at(-1);
  }

  /** Removes daily backups beyond the newest ones, and what crashes have left; anything else stays. */
  async prune(): Promise<void> {
    const names = await this.#names();
    const daily = names.filter((name) => timeOf(name) !== undefined).sort();
    const old = [...daily.slice(0, -KEPT), ...names.filter((name) => UNFINISHED.test(name))];
    for (const name of old) await rm(join(this.path, name), { force: true });
  }

  #names(): Promise<string[]> {
    return readdir(this.path).catch(() => []);
  }
}

function timeOf(name: string): Date | undefined {
  const [, day, hour, minute, second] = DAILY.exec(name) ?? [];
  if (day === undefined) return undefined;
  const time = new Date(`${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
