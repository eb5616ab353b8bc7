import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePrivateFolder } from '../process/files/private-file.ts';

export interface ListedBackup {
  /** Absolute path. */
  file: string;
  /** ISO 8601, by its name. */
  made_at: string;
  /** True when the service made it by itself, once a day. */
  daily: boolean;
  /** True when it did so before the day was over. */
  early: boolean;
  bytes: number;
}

/** What the service makes by itself. */
export type OwnBackup = 'daily' | 'early';

/** As many of those that were made by themselves stay. An early one is there to be the newest; none of a day goes for it. */
const KEPT: Record<OwnBackup, number> = { daily: 7, early: 1 };
const MADE = /^heycat-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3})Z(?:\.(daily|early))?\.backup$/;
/** What a crash leaves of a backup in this folder. */
const UNFINISHED = /^heycat-[\dTZ.-]+\.((daily|early)\.)?backup\.[0-9a-f-]{36}\.tmp$/;

/** `<data>/backups`: the backups that nobody gave a name, which have the time in it. */
export class BackupsFolder {
  constructor(private readonly path: string) {}

  /** Makes the folder; gives the path of a new backup in it. @throws HeycatError NOT_AUTHORIZED. */
  async place(at: Date, kind: OwnBackup | 'asked for'): Promise<string> {
    await ensurePrivateFolder(this.path);
    // Windows takes no colons.
    const time = at.toISOString().replaceAll(':', '-');
    return join(this.path, `heycat-${time}${kind === 'asked for' ? '' : `.${kind}`}.backup`);
  }

  /** The newest first; they are not read. */
  async list(): Promise<ListedBackup[]> {
    const found: ListedBackup[] = [];
    for (const name of await this.#names()) {
      const made = madeBackup(name);
      const file = join(this.path, name);
      const stats = made && (await stat(file).catch(() => undefined));
      if (made === undefined || stats === undefined) continue;
      const [daily, early] = [made.own === 'daily', made.own === 'early'];
      found.push({ file, made_at: made.at.toISOString(), daily, early, bytes: stats.size });
    }
    return found.sort((a, b) => (a.made_at < b.made_at ? 1 : -1));
  }

  /** When the newest one of these was made, by its name; one from the future does not count. */
  async last(of: readonly OwnBackup[], now: Date): Promise<Date | undefined> {
    const made = (await this.#names()).flatMap((name) => madeBackup(name) ?? []);
    const these = made.filter(({ own, at }) => own !== undefined && of.includes(own) && at <= now);
    return these.sort((a, b) => Number(a.at) - Number(b.at)).at(-1)?.at;
  }

  /**
   * Removes those beyond the newest that were made by themselves, and what crashes have left; anything else stays. Those
   * from the future are of a clock that was set back since, and older than they say: else they would outlive each that is
   * made now.
   */
  async prune(now: Date): Promise<void> {
    const names = await this.#names();
    const isAhead = (name: string): number => Number(madeBackup(name)!.at > now);
    const beyond = (own: OwnBackup): string[] =>
      names
        .filter((name) => madeBackup(name)?.own === own)
        .sort((a, b) => isAhead(b) - isAhead(a) || (a < b ? -1 : 1))
        .slice(0, -KEPT[own]);
    const old = [...beyond('daily'), ...beyond('early'), ...names.filter((name) => UNFINISHED.test(name))];
    for (const name of old) await rm(join(this.path, name), { force: true });
  }

  #names(): Promise<string[]> {
    return readdir(this.path).catch(() => []);
  }
}

interface Named {
  at: Date;
  /** Undefined of one that was asked for. */
  own: OwnBackup | undefined;
}

function madeBackup(name: string): Named | undefined {
  const [, day, hour, minute, second, own] = MADE.exec(name) ?? [];
  const at = new Date(`${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at.getTime()) ? undefined : { at, own: own as OwnBackup | undefined };
}
