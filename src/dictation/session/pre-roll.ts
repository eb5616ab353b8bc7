import { Logger, type OnModuleDestroy } from '@nestjs/common';
import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { WarmableMicrophone } from '../ports/microphone.ts';
import { HeycatError } from '../../errors.ts';
import { BaselineApplied, TransactionProjected } from '../../projections/projection-runner.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { readTakeSettings } from './take-settings.ts';
import { TakeTeller } from './take-teller.ts';

/** A device that was lost, or was not there, is looked for so often. */
const LOOK_MS = 30_000;

/** Keeps the settings' microphone open between takes, as long as the settings want that. */
@EventsHandler(BaselineApplied, TransactionProjected)
export class PreRoll implements IEventHandler<BaselineApplied | TransactionProjected>, OnModuleDestroy {
  readonly #logger = new Logger(PreRoll.name);
  #look: NodeJS.Timeout | undefined;
  #isTold = false;

  constructor(
    private readonly models: ReadModels,
    private readonly microphone: WarmableMicrophone,
    private readonly teller: TakeTeller,
  ) {}

  handle(event: BaselineApplied | TransactionProjected): void {
    if (event instanceof TransactionProjected && !event.areas.has('settings')) return;
    void this.#follow();
  }

  onModuleDestroy(): void {
    clearTimeout(this.#look);
  }

  async #follow(): Promise<void> {
    clearTimeout(this.#look);
    const { preRoll, rules } = readTakeSettings(this.models);
    if (!preRoll) return this.microphone.coolDown();
    this.#look = setTimeout(() => void this.#follow(), LOOK_MS);
    this.#look.unref();
    try {
      await this.microphone.warmUp(rules.device);
      this.#isTold = false;
    } catch (thrown) {
      if (this.#isTold) return;
      this.#isTold = true;
      const { message } = HeycatError.from(thrown);
      this.#logger.warn(`The microphone cannot be kept open: ${message}`);
      this.teller.tell('audio_device_error', { type: 'not_kept_open', message });
    }
  }
}
