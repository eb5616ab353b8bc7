import { basename } from 'node:path';
import { Logger } from '@nestjs/common';
import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { SyncCompleteEvent } from '../../events/live-event.ts';
import type { RecordingRow } from '../../events/rows.ts';
import { HeycatError } from '../../errors.ts';
import { type RepairedSound, TakeFiles } from '../ports/take-files.ts';
import { TakeRecorder } from './take-recorder.ts';
import { TakeRows, type TakeRow } from './take-rows.ts';

/** Names that this service gives; other files and rows are somebody else's business. */
const OWN_NAME = /^recording-[\dTZ-]+-[0-9a-f]{4}\.wav$/;

/**
 * Once the read models hold what the engine has: takes that an earlier run could not end are made playable, listed and
 * transcribed. Nobody waits for their text any more, so that it is kept and nothing is done with it.
 */
@EventsHandler(SyncCompleteEvent)
export class TakeRecovery implements IEventHandler<SyncCompleteEvent> {
  readonly #logger = new Logger(TakeRecovery.name);
  #isDone = false;

  constructor(
    private readonly files: TakeFiles,
    private readonly rows: TakeRows,
    private readonly recorder: TakeRecorder,
  ) {}

  /** Once: what a later baseline brings is of this run. */
  async handle(): Promise<void> {
    if (this.#isDone) return;
    this.#isDone = true;
    try {
      await this.#recover();
    } catch (thrown) {
      // An error here would end the service.
      this.#logger.error(
        `Takes of an earlier run could not be looked for (${HeycatError.from(thrown).code}).`,
      );
    }
  }

  async #recover(): Promise<void> {
    const rows = this.rows.listed;
    const { orphans, unfinished } = await this.files.leftovers(rows);
    const isLeft = (path: string) => OWN_NAME.test(basename(path)) && !this.recorder.isBusy(path);
    for (const { id, file_path } of unfinished) if (isLeft(file_path)) await this.#finish(id, file_path);
    for (const path of orphans) if (isLeft(path)) await this.#adopt(path);
  }

  async #finish(id: number, path: string): Promise<void> {
    const before = this.rows.find(id);
    if (before === undefined || this.recorder.isBusy(path)) return;
    const row = this.rows.existing(id);
    const sound = await this.#repaired(path);
    if (sound === undefined || sound.samples === 0) {
      const error =
        sound === undefined
          ? 'Its sound file is gone or damaged.'
          : 'The service ended before any sound came.';
      return row.update({ status: 'failed', error, recovered: true });
    }
    const { duration_ms, sample_rate } = sound;
    const wasRecorded = before.status === 'recording';
    const crashed = wasRecorded ? { duration_ms, sample_rate, stop_reason: 'crash' } : {};
    void row.update({ status: 'transcribing', recovered: true, ...crashed });
    this.#transcribe(row, path, before);
  }

  async #adopt(path: string): Promise<void> {
    const sound = await this.#repaired(path);
    if (sound === undefined || sound.samples === 0) return;
    const row = this.rows.adopt(path, sound);
    const id = await row.id.catch(() => undefined);
    // Listed before, and deleted since without its file.
    if (id === undefined || this.rows.find(id) === undefined) return;
    this.#transcribe(row, path, undefined);
  }

  #transcribe(row: TakeRow, file: string, before: RecordingRow | undefined): void {
    const { active_window_app: app_name = null, active_window_title: title = null } = before ?? {};
    const window = app_name === null ? null : { app_name, title };
    // Somebody may have asked for it while it was repaired.
    if (this.recorder.isBusy(file)) return;
    this.recorder.transcribeLate({ row, file, model: null, window, recovered: true });
  }

  async #repaired(path: string): Promise<RepairedSound | undefined> {
    return this.files.repair(path).catch((thrown: unknown) => {
      this.#logger.warn(
        `A sound file could not be repaired (${HeycatError.from(thrown).code}); it is left as it is.`,
      );
      return undefined;
    });
  }
}
