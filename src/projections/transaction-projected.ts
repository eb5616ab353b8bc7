import type { Area } from '../events/areas.ts';
import type { DomainEvent } from '../events/domain-event.ts';

/** The read models now hold one more transaction, or what a baseline brought. */
export class TransactionProjected {
  constructor(
    /** Those not told before, in order of seq. */
    readonly events: readonly DomainEvent[],
    /** Areas whose rows or events changed. */
    readonly areas: ReadonlySet<Area>,
    /** as_of_seq of the read models from now on. */
    readonly seq: number,
  ) {}
}
