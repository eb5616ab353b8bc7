import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { LiveEvent, type AnyLiveEvent } from '../../../events/live-event.ts';
import { EngineConnection } from './engine-connection.ts';

/** Heartbeats stood still while the computer slept: whether the engine is still there is asked at once. */
@EventsHandler(LiveEvent)
export class ProbeAfterSleep implements IEventHandler<AnyLiveEvent> {
  constructor(private readonly connection: EngineConnection) {}

  handle({ type }: AnyLiveEvent): void {
    if (type === 'system_resumed') this.connection.checkNow();
  }
}
