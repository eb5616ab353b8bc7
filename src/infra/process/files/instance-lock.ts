import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { tryLock } from 'fs-native-extensions';
import { HeycatError } from '../../../errors.ts';

/** An OS lock ends with the process that holds it, so that no crash leaves a stale one. */
export class InstanceLock {
  private constructor(private readonly file: FileHandle) {}

  /**
   * Takes the lock of a data folder that exists.
   * @throws HeycatError BUSY, naming the process that holds it.
   */
  static async take(dataDir: string): Promise<InstanceLock> {
    return InstanceLock.takeFile(
      join(dataDir, 'service.lock'),
      (who) => `${who} already serves ${dataDir}; \`heycat stop\` ends it.`,
    );
  }

  /**
   * Takes a lock on a file, which is made when there is none.
   * @param held the sentence for when somebody has it, who is named by `Process 4711`.
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
