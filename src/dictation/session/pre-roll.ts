import { Logger, type OnModuleDestroy } from '@nestjs/common';
import { EventBus, EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { HeycatError } from '../../errors.ts';
import { LiveEvent } from '../../events/live-event.ts';
import { KeepOpenMicrophone } from '../ports/microphone.ts';
import { TakeSettingsChanged } from './take-settings.ts';

/** How often a device that was lost or missing is tried again. */
const RETRY_MS = 30_000;

/** Keeps the microphone open between takes, for as long as the settings say so. */
@EventsHandler(TakeSettingsChanged)
export class PreRoll implements IEventHandler<TakeSettingsChanged>, OnModuleDestroy {
  readonly #logger = new Logger(PreRoll.name);
  #retry: NodeJS.Timeout | undefined;
  #isFailing = false;

  constructor(
    private readonly microphone: KeepOpenMicrophone,
    private readonly events: EventBus,
  ) {}

  handle({ settings: { preRoll, rules } }: TakeSettingsChanged): void {
    clearTimeout(this.#retry);
    void (preRoll ? this.#keepOpen(rules.device) : this.microphone.release());
  }

  onModuleDestroy(): void {
    clearTimeout(this.#retry);
  }

  async #keepOpen(device: string | null): Promise<void> {
    this.#retry = setTimeout(() => void this.#keepOpen(device), RETRY_MS);
    this.#retry.unref();
    try {
      await this.microphone.keepOpen(device);
      this.#isFailing = false;
    } catch (thrown) {
      if (this.#isFailing) return;
      this.#isFailing = true;
      const { message } = HeycatError.from(thrown);
      this.#logger.warn(`The microphone cannot be kept open: ${message}`);
      this.events.publish(new LiveEvent('audio_device_error', { type: 'not_kept_open', message }));
    }
  }
}
