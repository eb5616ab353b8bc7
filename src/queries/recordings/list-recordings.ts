import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { HeycatError } from '../../errors.ts';
import { RECORDING_STATUSES, type RecordingStatus } from '../../events/rows.ts';
import { IsInteger, IsOneOf, IsOptional, IsText, IsTimeOrDay } from '../../fields/fields.ts';
import { LIMITS } from '../../fields/limits.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { pageOfRecordings, recordings, RecordingsPage } from '../../projections/recordings.ts';
import { answer, QueryOf } from '../query.ts';
import { recordingFilter } from './recording-filter.ts';

/** Recordings, newest first, a page at a time. */
export class ListRecordings extends QueryOf(RecordingsPage) {
  @IsOptional()
  @IsInteger(1, 500)
  limit?: number;

  /** The one that the page before answered; with the same filters. */
  @IsOptional()
  @IsText(LIMITS.cursor_chars)
  cursor?: string;

  /** How many of the newest to leave out; not together with cursor. */
  @IsOptional()
  @IsInteger(0)
  offset?: number;

  /** Text that occurs, in whatever case, in the transcription, the file name, or the window's title or app. */
  @IsOptional()
  @IsText(1_000)
  search?: string;

  /** Not created before this time. */
  @IsOptional()
  @IsTimeOrDay()
  from?: string;

  /** Created before this time. */
  @IsOptional()
  @IsTimeOrDay()
  to?: string;

  @IsOptional()
  @IsOneOf(RECORDING_STATUSES)
  status?: RecordingStatus;
}

@QueryHandler(ListRecordings)
export class ListRecordingsHandler implements IQueryHandler<ListRecordings> {
  constructor(private readonly models: ReadModels) {}

  async execute(query: ListRecordings) {
    // JSON clients may send null for a field that they leave open.
    const [cursor, offset] = [query.cursor ?? undefined, query.offset ?? undefined];
    if (cursor !== undefined && offset !== undefined) {
      throw new HeycatError('INVALID_ARGUMENT', 'cursor and offset exclude each other.', { field: 'offset' });
    }
    const matches = recordingFilter(query);
    if (matches !== undefined) await this.models.loaded;
    const request = { limit: query.limit ?? undefined, cursor, offset, matches };
    return answer(this.models, query, () => pageOfRecordings(this.models.read(recordings), request));
  }
}
