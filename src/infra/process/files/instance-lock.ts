import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { tryLock } from 'fs-native-extensions';
import { HeycatError } from '../../../errors.ts';

/** An OS file lock, which ends with the process that holds it, so that no crash leaves a stale one. */
export class InstanceLock {
  private constructor(private readonly file: FileHandle) {}

  /**
   * Locks an existing data folder.
   * @throws HeycatError BUSY, naming the process that holds the lock.
   */
  static async take(dataDir: string): Promise<InstanceLock> {
    return InstanceLock.takeFile(
      join(dataDir, 'service.lock'),
      (who) => `${who} already serves ${dataDir}; \`heycat stop\` ends it.`,
    );
  }

  /**
   * Locks a file, which is created if missing.
   * @param held returns the error sentence if it is locked, from a name such as `Process 4711`.
   * @throws HeycatError BUSY
   */
  static async takeFile(path: string, held: (who: string) => string): Promise<InstanceLock> {
    const file = await open(path, 'a+', 0o600);
    if (!tryLock(file.fd)) {
      const pid = Number.parseInt(await file.readFile('utf8'), 10);
      await file.close();
      const who = Number.isNaN(pid) ? 'Another process' : `Process ${pid}`;
      throw new HeycatError('BUSY', held(who), { pid });
    }
    await file.truncate(0);
    await file.write(`${process.pid}\n`, 0);
    return new InstanceLock(file);
  }

  async release(): Promise<void> {
    await this.file.truncate(0);
    await this.file.close();
  }
}
