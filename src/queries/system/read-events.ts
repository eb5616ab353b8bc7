import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import {
  DOMAIN_EVENT_TYPES,
  EventRecord,
  type DomainEvent,
  type DomainEventType,
} from '../../events/domain-event.ts';
import { EventLog } from '../../events/event-log.ts';
import { IsAnyListOf, IsListOf, IsObject } from '../../fields/collections.ts';
import { IsInteger, IsOneOf, IsOptional, IsSeq } from '../../fields/fields.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { answer, QueryOf } from '../query.ts';

const DEFAULT_LIMIT = 100;
/** Read from the log at once when looking for some types. */
const SCAN_PAGE = 1_000;
/** A rare type must not hold a request for the entire log; the answer then ends early and next_seq goes on. */
const SCAN_LIMIT = 20_000;

class EventsPage {
  /** Oldest first. */
  @IsAnyListOf(IsObject(EventRecord))
  events!: readonly DomainEvent[];

  /** from_seq of the next request; beyond last_seq when there is no more. */
  @IsSeq()
  next_seq!: number;

  /** Seq of the newest event that this answer knows of. */
  @IsSeq()
  last_seq!: number;
}

/** The durable record from a seq on. */
export class ReadEvents extends QueryOf(EventsPage) {
  @IsSeq()
  from_seq!: number;

  @IsOptional()
  @IsInteger(1, 1_000)
  limit?: number;

  /** Leave out all other types. */
  @IsOptional()
  @IsListOf(IsOneOf(DOMAIN_EVENT_TYPES))
  types?: DomainEventType[];
}

@QueryHandler(ReadEvents)
export class ReadEventsHandler implements IQueryHandler<ReadEvents> {
  constructor(
    private readonly models: ReadModels,
    private readonly log: EventLog,
  ) {}

  async execute(query: ReadEvents) {
    const asOf = await answer(this.models, query, () => ({}));
    return { ...(await this.#page(query, asOf.as_of_seq)), ...asOf };
  }

  async #page(query: ReadEvents, lastSeq: number): Promise<EventsPage> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const wanted = query.types ? new Set(query.types) : undefined;
    const events: DomainEvent[] = [];
    let next = Math.max(1, query.from_seq);
    const scanEnd = Math.min(lastSeq + 1, next + SCAN_LIMIT);
    while (next < scanEnd && events.length < limit) {
      const some = Math.min(scanEnd - next, wanted ? SCAN_PAGE : limit - events.length);
      const read = await this.log.read(next, some);
      // The log was cut shorter while this was reading: it ends here.
      if (read.length === 0) return { events, next_seq: next, last_seq: next - 1 };
      for (const event of read) {
        if (events.length === limit || event.seq >= scanEnd) break;
        if (!wanted || wanted.has(event.type)) events.push(event);
        next = event.seq + 1;
      }
    }
    return { events, next_seq: next, last_seq: lastSeq };
  }
}
