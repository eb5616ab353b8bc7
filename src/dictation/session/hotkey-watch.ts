import { Logger, type OnModuleDestroy } from '@nestjs/common';
import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { Hotkeys } from '../ports/hotkeys.ts';
import { HeycatError } from '../../errors.ts';
import { BaselineApplied, TransactionProjected } from '../../projections/projection-runner.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { DictationService } from './dictation-service.ts';
import { readTakeSettings } from './take-settings.ts';
import { TakeTeller } from './take-teller.ts';

/** Listens to the key combination that the settings name, in every mode (upstream forgot push-to-talk after a change). */
@EventsHandler(BaselineApplied, TransactionProjected)
export class HotkeyWatch implements IEventHandler<BaselineApplied | TransactionProjected>, OnModuleDestroy {
  readonly #logger = new Logger(HotkeyWatch.name);
  #registered: string | null = null;
  #last: Promise<void> = Promise.resolve();

  constructor(
    private readonly models: ReadModels,
    private readonly hotkeys: Hotkeys,
    private readonly dictation: DictationService,
    private readonly teller: TakeTeller,
  ) {}

  handle(event: BaselineApplied | TransactionProjected): void {
    if (event instanceof TransactionProjected && !event.areas.has('settings')) return;
    this.#last = this.#last.then(() => this.#follow());
  }

  async onModuleDestroy(): Promise<void> {
    await this.#last;
    await this.hotkeys.close();
  }

  async #follow(): Promise<void> {
    const combination = readTakeSettings(this.models).hotkey;
    if (combination === this.#registered) return;
    this.#registered = combination;
    try {
      if (combination === null) return await this.hotkeys.close();
      await this.hotkeys.register(combination, ({ action, at }) => void this.dictation.key(action, at));
    } catch (thrown) {
      const { code, message } = HeycatError.from(thrown);
      this.#logger.warn(`The hotkey cannot be used: ${message}`);
      this.teller.tell('hotkey_error', { combination, code, message });
    }
  }
}
