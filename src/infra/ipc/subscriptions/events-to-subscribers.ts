import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { BaselineApplied, TransactionProjected } from '../../../projections/projection-runner.ts';
import { SubscriptionHub } from './subscription-hub.ts';

/** Carries what the read models now hold from Nest's event bus to the socket's subscribers. */
@EventsHandler(TransactionProjected, BaselineApplied)
export class EventsToSubscribers implements IEventHandler<TransactionProjected | BaselineApplied> {
  constructor(private readonly hub: SubscriptionHub) {}

  handle(event: TransactionProjected | BaselineApplied): void {
    if (event instanceof TransactionProjected) return this.hub.publish(event.events, [...event.areas]);
    const { epoch, seq } = event;
    // Places those who subscribed before the history was known, also when nothing happened in it since.
    this.hub.publish([], []);
    // The baseline may lie before what was told, also where no row differs.
    this.hub.publish([], []);
    this.hub.tell({ type: 'sync_complete', occurred_at: new Date().toISOString(), payload: { epoch, seq } });
  }
}
