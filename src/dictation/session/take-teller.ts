import { Injectable } from '@nestjs/common';
import type { EphemeralEventType } from '../../events/domain-event.ts';
import { EventTeller } from '../../events/event-teller.ts';

/** Tells UIs what happens to takes, now or never. */
@Injectable()
export class TakeTeller {
  constructor(private readonly teller: EventTeller) {}

  tell(type: EphemeralEventType, payload: Record<string, unknown>): void {
    this.teller.tell({ type, occurred_at: new Date().toISOString(), payload });
  }
}
