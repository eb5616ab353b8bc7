import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { HeycatError } from '../../errors.ts';
import { AREAS, type Area } from '../../events/areas.ts';
import { DOMAIN_EVENT_TYPES, type DomainEventType } from '../../events/domain-event.ts';
import { EventLog } from '../../events/event-log.ts';
import { ROWS, type AreaRows } from '../../events/rows.ts';
import { IsAnyListOf, IsObject } from '../../fields/collections.ts';
import {
  field,
  IsHex32,
  IsInteger,
  IsOneOf,
  IsTime,
  IsUuid,
  MayBeNull,
  type Field,
} from '../../fields/fields.ts';
import { LIMITS } from '../../fields/limits.ts';
import { ReadModels, ProjectionStatus } from '../../projections/read-models.ts';
import { answer, QueryOf } from '../query.ts';

function IsIdOrKey(): Field {
  const max = LIMITS.setting_key_chars;
  return field(
    { type: ['integer', 'string'], maxLength: max },
    {
      name: 'isIdOrKey',
      allowed: 'the id of a row or the key of a setting',
      check: (value) => Number.isSafeInteger(value) || (typeof value === 'string' && value.length <= max),
    },
  );
}

class HistoryEntry {
  @IsInteger(1)
  seq!: number;

  @IsOneOf(DOMAIN_EVENT_TYPES)
  type!: DomainEventType;

  @IsTime()
  occurred_at!: string;

  @IsUuid()
  command_id!: string;

  @IsHex32()
  actor!: string;
}

class Explanation {
  @IsOneOf(AREAS)
  area!: Area;

  @IsIdOrKey()
  id!: number | string;

  /** Null when it was deleted. */
  @MayBeNull()
  @IsObject(...Object.values(ROWS))
  row!: AreaRows[Area] | null;

  @IsObject(ProjectionStatus)
  projection!: ProjectionStatus;

  /** What made the row what it is, oldest first. */
  @IsAnyListOf(IsObject(HistoryEntry))
  history!: HistoryEntry[];
}

/** Why a row is as it is. */
export class Explain extends QueryOf(Explanation) {
  @IsOneOf(AREAS)
  area!: Area;

  /** The row's id, also as decimal text; for settings the key. */
  @IsIdOrKey()
  id!: number | string;
}

@QueryHandler(Explain)
export class ExplainHandler implements IQueryHandler<Explain> {
  constructor(
    private readonly models: ReadModels,
    private readonly log: EventLog,
  ) {}

  async execute(query: Explain) {
    const { area } = query;
    const id = area === 'settings' ? String(query.id) : rowId(query.id);
    const held = await answer(this.models, query, () => ({
      row: this.models.row(area, id) ?? null,
      projection: this.models.describe().find(({ name }) => name === area) as ProjectionStatus,
    }));
    // Events that came after the row was read would not explain it.
    const events = (await this.log.history(area, String(id))).filter(({ seq }) => seq <= held.as_of_seq);
    if (held.row === null && events.length === 0) {
      throw new HeycatError('NOT_FOUND', 'There never was anything under that id', { area, id });
    }
    const history = events.map(({ seq, type, occurred_at, command_id, actor }) => ({
      seq,
      type,
      occurred_at,
      command_id,
      actor,
    }));
    return { area, id, ...held, history };
  }
}

function rowId(id: number | string): number {
  const number = typeof id === 'string' && !/^\d+$/.test(id) ? Number.NaN : Number(id);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new HeycatError('INVALID_ARGUMENT', 'id must be the positive number of a row.', { field: 'id' });
}
