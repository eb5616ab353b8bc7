import { Logger, type OnModuleDestroy } from '@nestjs/common';
import { EventBus, EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { HeycatError } from '../../errors.ts';
import { LiveEvent, SystemResumedEvent } from '../../events/live-event.ts';
import { Hotkeys } from '../ports/hotkeys.ts';
import { TakeService } from './take-service.ts';
import { TakeSettingsChanged } from './take-settings.ts';

/** Registers the key combination from the settings, in every mode (upstream forgot push-to-talk after a change). */
@EventsHandler(TakeSettingsChanged, SystemResumedEvent)
export class HotkeyWatch implements IEventHandler<TakeSettingsChanged | SystemResumedEvent>, OnModuleDestroy {
  readonly #logger = new Logger(HotkeyWatch.name);
  #registered: string | null = null;
  #last: Promise<void> = Promise.resolve();

  constructor(
    private readonly hotkeys: Hotkeys,
    private readonly takes: TakeService,
    private readonly events: EventBus,
  ) {}

  handle(event: TakeSettingsChanged | SystemResumedEvent): void {
    // The keyboard listener may have stopped during sleep.
    if (event instanceof SystemResumedEvent) this.hotkeys.rearm?.();
    else this.#last = this.#last.then(() => this.#register(event.settings.hotkey));
  }

  async onModuleDestroy(): Promise<void> {
    await this.#last;
    await this.hotkeys.close();
  }

  async #register(combination: string | null): Promise<void> {
    if (combination === this.#registered) return;
    this.#registered = combination;
    try {
      if (combination === null) return await this.hotkeys.close();
      await this.hotkeys.register(combination, ({ action, at }) => void this.takes.key(action, at));
    } catch (thrown) {
      const { code, message } = HeycatError.from(thrown);
      this.#logger.warn(`The hotkey cannot be used: ${message}`);
      this.events.publish(new LiveEvent('hotkey_error', { combination, code, message }));
    }
  }
}
