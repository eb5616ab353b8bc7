import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { SystemResumedEvent } from '../../../events/live-event.ts';
import { EngineConnection } from './engine-connection.ts';

/** Heartbeats stood still while the computer slept: whether the engine is still there is asked at once. */
@EventsHandler(SystemResumedEvent)
export class ProbeAfterSleep implements IEventHandler<SystemResumedEvent> {
  constructor(private readonly connection: EngineConnection) {}

  handle(): void {
    this.connection.checkNow();
  }
}
