import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { BackupMade, BackupMaker } from '../../commands/backups/create-backup.ts';
import { LiveEvent } from '../../events/live-event.ts';
import type { EventBus } from '@nestjs/cqrs';
import { HeycatError } from '../../errors.ts';
import type { DiskRoom } from '../process/files/disk-room.ts';
import type { Engine } from '../database/engine.ts';
import type { BackupsFolder, OwnBackup } from './backups-folder.ts';
import { readHeader } from './read-header.ts';
import { writeBackup, type WriteBackup } from './write-backup.ts';

export interface BackupsOptions {
  engine: Engine;
  folder: BackupsFolder;
  /** The free space of the disk that has the data. */
  room: Pick<DiskRoom, 'assertEnough'>;
  /** Gets the progress of a backup that was asked for. */
  events: Pick<EventBus, 'publish'>;
  now?: () => Date;
}

/** Makes the backups of a running service, one at a time, over connections of their own. */
export class Backups implements BackupMaker, OnApplicationBootstrap, BeforeApplicationShutdown {
  #newest: Pick<BackupMade, 'epoch' | 'events'> | undefined;
  readonly #closed = new AbortController();
  readonly #options: Required<BackupsOptions>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: BackupsOptions) {
    this.#options = { now: () => new Date(), ...options };
  }

  onApplicationBootstrap(): void {
    void this.look();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.close();
  }

  /** What the newest one in the folder holds, once one was made, or found by {@link look}. */
  get newest(): Pick<BackupMade, 'epoch' | 'events'> | undefined {
    return this.#newest;
  }

  /** Looks what there is of earlier runs. Never throws. */
  async look(): Promise<void> {
    for (const { file } of await this.#options.folder.list()) {
      const header = await readHeader(file);
      if (header === undefined) continue;
      this.#newest ??= header;
      return;
    }
  }

  make(file?: string, signal?: AbortSignal): Promise<BackupMade> {
    const { folder, events, now } = this.#options;
    return this.#inTurn(async () => {
      const madeAt = now();
      const path = file ?? (await folder.place(madeAt, 'asked for'));
      const made = await this.#write({
        file: path,
        madeAt,
        signal,
        onProgress: (progress) => void events.publish(new LiveEvent('backup_progress', progress)),
      });
      // Elsewhere it may be gone when it is needed.
      if (file === undefined) this.#newest = made;
      return made;
    });
  }

  /** As {@link make}, for the service itself; then those that are too many go. It takes no room that commands need. */
  makeOwn(kind: OwnBackup): Promise<BackupMade> {
    const { folder, room, now } = this.#options;
    return this.#inTurn(async () => {
      room.assertEnough();
      const madeAt = now();
      const file = await folder.place(madeAt, kind);
      const made = await this.#write({ file, madeAt, onProgress: () => room.assertEnough() });
      this.#newest = made;
      await folder.prune(madeAt);
      return made;
    });
  }

  /** True when one could be made now. */
  get isReady(): boolean {
    return this.#options.engine.status.state === 'ready' && !this.#closed.signal.aborted;
  }

  /** Gives up the one that is being written. */
  async close(): Promise<void> {
    this.#closed.abort(new HeycatError('CANCELLED', 'The service ends; the backup was cancelled.'));
    await this.#last;
  }

  #inTurn(work: () => Promise<BackupMade>): Promise<BackupMade> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #write(backup: WriteBackup): Promise<BackupMade> {
    const { engine } = this.#options;
    const signals = [this.#closed.signal, ...(backup.signal === undefined ? [] : [backup.signal])];
    const signal = AbortSignal.any(signals);
    // One that has failed is the connection's to start again.
    if (engine.status.state !== 'ready') throw new HeycatError('ENGINE_UNAVAILABLE');
    return writeBackup(await engine.start(), { ...backup, signal });
  }
}
