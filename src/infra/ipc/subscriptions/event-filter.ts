import { AREAS, type Area } from '../../../events/areas.ts';
import { DURABLE_EVENT_TYPES, type DomainEvent } from '../../../events/domain-event.ts';
import { LIVE_EVENT_TYPES } from '../../../events/live-event.ts';
import { HeycatError } from '../../../errors.ts';
import type { EventMessage } from './event-message.ts';

/** The name heycat's UI knows `recording_added` by. */
const SAVED_ALIAS = 'recording_saved';

/** What a subscription may ask for. */
export const SUBSCRIBABLE_TYPES = [...DURABLE_EVENT_TYPES, ...LIVE_EVENT_TYPES, SAVED_ALIAS] as const;

/** Which events a subscription wants. Events that belong to no area are chosen by their type alone. */
export class EventFilter {
  readonly #types: ReadonlySet<string> | undefined;
  readonly #areas: ReadonlySet<Area> | undefined;

  /** @throws HeycatError INVALID_ARGUMENT naming the field of an unknown type or area. */
  constructor(types: readonly string[] | undefined, areas: readonly string[] | undefined) {
    this.#types = known(types, new Set<string>(SUBSCRIBABLE_TYPES), 'types');
    this.#areas = known(areas, new Set<string>(AREAS), 'areas') as ReadonlySet<Area> | undefined;
  }

  /** The name under which the event is wanted, or undefined. An alias named beside its event adds nothing. */
  wants(event: DomainEvent): string | undefined {
    if (this.#areas?.has(event.area) === false) return undefined;
    if (this.#types === undefined || this.#types.has(event.type)) return event.type;
    return event.type === 'recording_added' && this.#types.has(SAVED_ALIAS) ? SAVED_ALIAS : undefined;
  }

  wantsLive(message: EventMessage): boolean {
    if (this.#types?.has(message.type) === false) return false;
    if (this.#areas === undefined || message.type !== 'data_changed') return true;
    return message.areas.some((area) => this.#areas!.has(area));
  }
}

function known(
  given: readonly string[] | undefined,
  allowed: ReadonlySet<string>,
  field: string,
): ReadonlySet<string> | undefined {
  if (given === undefined) return undefined;
  const unknown = given.find((name) => !allowed.has(name));
  if (unknown === undefined) return new Set(given);
  throw new HeycatError('INVALID_ARGUMENT', `${field}: ${JSON.stringify(unknown.slice(0, 64))} is unknown.`, {
    field,
    allowed: [...allowed],
  });
}
