import { mkdir } from 'node:fs/promises';
import type { OnApplicationShutdown } from '@nestjs/common';
import { InstanceLock } from './files/instance-lock.ts';
import { ensurePrivateFolder } from './files/private-file.ts';

/** The data folder, which only one service at a time can use. */
export class DataFolder implements OnApplicationShutdown {
  #isReleased = false;

  private constructor(
    readonly path: string,
    private readonly lock: InstanceLock,
  ) {}

  /**
   * Locks the folder, which is created if missing.
   * @param folders absolute paths of subfolders to create.
   * @throws HeycatError BUSY if another process has it locked, NOT_AUTHORIZED if it is open to others.
   */
  static async take(path: string, folders: readonly string[]): Promise<DataFolder> {
    await ensurePrivateFolder(path);
    const folder = new DataFolder(path, await InstanceLock.take(path));
    return folder.orRelease(async () => {
      for (const each of folders) await mkdir(each, { recursive: true, mode: 0o700 });
      return folder;
    });
  }

  /** Runs a step of the start, and releases the folder if it fails, because Nest then runs no shutdown hooks. */
  async orRelease<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (thrown) {
      await this.release();
      throw thrown;
    }
  }

  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    await this.lock.release();
  }

  onApplicationShutdown(): Promise<void> {
    return this.release();
  }
}
