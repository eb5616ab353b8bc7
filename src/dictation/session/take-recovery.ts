import { basename } from 'node:path';
import { Logger } from '@nestjs/common';
import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { SyncCompleteEvent } from '../../events/live-event.ts';
import type { RecordingRow } from '../../events/rows.ts';
import { HeycatError } from '../../errors.ts';
import { type RepairedSound, TakeFiles } from '../ports/take-files.ts';
import { TakeRecorder } from './take-recorder.ts';
import { TakeRows, type TakeRow } from './take-rows.ts';

/** The names of this service's own files; other files and rows are not touched. */
const OWN_NAME = /^recording-[\dTZ-]+-[0-9a-f]{4}\.wav$/;

/**
 * Once the read models have been compared with the engine, takes that an earlier run could not finish are repaired, listed
 * and transcribed. Nobody is waiting for their text any more, so it is only stored.
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
        `Takes of an earlier run could not be searched for (${HeycatError.from(thrown).code}).`,
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
          ? 'Its sound file is missing or damaged.'
          : 'The service ended before any sound arrived.';
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
    // Its row existed and has since been deleted without the file.
    if (id === undefined || this.rows.find(id) === undefined) return;
    this.#transcribe(row, path, undefined);
  }

  #transcribe(row: TakeRow, file: string, before: RecordingRow | undefined): void {
    const { active_window_app: app_name = null, active_window_title: title = null } = before ?? {};
    const window = app_name === null ? null : { app_name, title };
    // Its transcription may have been requested while it was being repaired.
    if (this.recorder.isBusy(file)) return;
    this.recorder.transcribeLate({ row, file, model: null, window, recovered: true });
  }

  async #repaired(path: string): Promise<RepairedSound | undefined> {
    return this.files.repair(path).catch((thrown: unknown) => {
      this.#logger.warn(
        `A sound file could not be repaired (${HeycatError.from(thrown).code}); it is left unchanged.`,
      );
      return undefined;
    });
  }
}
