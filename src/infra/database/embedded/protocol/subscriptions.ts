import { EngineError } from '../engine-error.ts';
import type { TableChange } from '../module-host.ts';
import type { Plan } from './plan.ts';
import type { QueryUpdate, TableUpdate } from './server-message.ts';

/**
 * The queries of one connection. The rows of one text are delivered once, however often it is subscribed to, from the
 * first subscription to the last unsubscription; two texts that select the same row deliver it twice, and the client
 * counts.
 */
export class Subscriptions {
  readonly #byId = new Map<number, Plan[]>();
  readonly #live = new Map<string, { plan: Plan; count: number }>();
  readonly #byTable = new Map<number, Plan[]>();

  has(queryId: number): boolean {
    return this.#byId.has(queryId);
  }

  /** @returns the plans whose rows the connection does not have yet; the query id must not be in use. */
  add(queryId: number, plans: readonly Plan[]): Plan[] {
    const distinct = [...new Map(plans.map((plan) => [plan.key, plan])).values()];
    this.#byId.set(queryId, distinct);
    return distinct.filter((plan) => this.#hold(plan));
  }

  /**
   * @returns the plans whose rows the connection is to forget.
   * @throws EngineError INVALID_ARGUMENT when there is no such subscription.
   */
  remove(queryId: number): Plan[] {
    const plans = this.#byId.get(queryId);
    if (plans === undefined) {
      throw new EngineError('INVALID_ARGUMENT', `There is no subscription with the query id ${queryId}.`);
    }
    this.#byId.delete(queryId);
    return plans.filter((plan) => this.#release(plan));
  }

  /** What a transaction means to this connection. */
  matching(changes: readonly TableChange[]): TableUpdate[] {
    const tables: TableUpdate[] = [];
    for (const change of changes) {
      const plans = this.#byTable.get(change.table.id);
      if (plans === undefined) continue;
      const updates = plans.map((plan) => select(plan, change)).filter(hasRows);
      if (updates.length > 0) tables.push({ table: change.table, updates });
    }
    return tables;
  }

  /** @returns true when nothing held this query before. */
  #hold(plan: Plan): boolean {
    const live = this.#live.get(plan.key);
    if (live !== undefined) {
      live.count += 1;
      return false;
    }
    this.#live.set(plan.key, { plan, count: 1 });
    const others = this.#byTable.get(plan.table.id);
    if (others === undefined) this.#byTable.set(plan.table.id, [plan]);
    else others.push(plan);
    return true;
  }

  /** @returns true when nothing holds this query any more. */
  #release(plan: Plan): boolean {
    const live = this.#live.get(plan.key)!;
    live.count -= 1;
    if (live.count > 0) return false;
    this.#live.delete(plan.key);
    const others = this.#byTable.get(plan.table.id)!;
    others.splice(others.indexOf(live.plan), 1);
    return true;
  }
}

function select({ filter }: Plan, { inserts, deletes }: TableChange): QueryUpdate {
  if (filter === undefined) return { inserts, deletes };
  return { inserts: inserts.filter(filter.match), deletes: deletes.filter(filter.match) };
}

function hasRows({ inserts, deletes }: QueryUpdate): boolean {
  return inserts.length > 0 || deletes.length > 0;
}
