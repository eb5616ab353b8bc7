import { Logger, type OnModuleDestroy } from '@nestjs/common';
import { EventBus, EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { HeycatError } from '../../errors.ts';
import { LiveEvent, type AnyLiveEvent } from '../../events/live-event.ts';
import { TransactionProjected } from '../../projections/projection-runner.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { Hotkeys } from '../ports/hotkeys.ts';
import { WarmableMicrophone } from '../ports/microphone.ts';
import { readTakeSettings } from './take-settings.ts';
import { TakeService } from './take-service.ts';

type Published = AnyLiveEvent | TransactionProjected;

/** True of what may have brought other settings than before. */
function maySet(event: Published): boolean {
  return event instanceof TransactionProjected ? event.areas.has('settings') : event.type === 'sync_complete';
}

/** Listens to the key combination that the settings name, in every mode (upstream forgot push-to-talk after a change). */
@EventsHandler(LiveEvent, TransactionProjected)
export class HotkeyWatch implements IEventHandler<Published>, OnModuleDestroy {
  readonly #logger = new Logger(HotkeyWatch.name);
  #registered: string | null = null;
  #last: Promise<void> = Promise.resolve();

  constructor(
    private readonly models: ReadModels,
    private readonly hotkeys: Hotkeys,
    private readonly takes: TakeService,
    private readonly events: EventBus,
  ) {}

  handle(event: Published): void {
    // What listens to the keys may have lost them in sleep.
    if (event instanceof LiveEvent && event.type === 'system_resumed') this.hotkeys.rearm?.();
    if (maySet(event)) this.#last = this.#last.then(() => this.#follow());
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
      await this.hotkeys.register(combination, ({ action, at }) => void this.takes.key(action, at));
    } catch (thrown) {
      const { code, message } = HeycatError.from(thrown);
      this.#logger.warn(`The hotkey cannot be used: ${message}`);
      this.events.publish(new LiveEvent('hotkey_error', { combination, code, message }));
    }
  }
}

/** A device that was lost, or was not there, is looked for so often. */
const LOOK_MS = 30_000;

/** Keeps the settings' microphone open between takes, as long as the settings want that. */
@EventsHandler(LiveEvent, TransactionProjected)
export class PreRoll implements IEventHandler<Published>, OnModuleDestroy {
  readonly #logger = new Logger(PreRoll.name);
  #isOn = false;
  #look: NodeJS.Timeout | undefined;
  #isTold = false;

  constructor(
    private readonly models: ReadModels,
    private readonly microphone: WarmableMicrophone,
    private readonly events: EventBus,
  ) {}

  handle(event: Published): void {
    if (maySet(event)) void this.#follow();
  }

  onModuleDestroy(): void {
    clearTimeout(this.#look);
  }

  async #follow(): Promise<void> {
    const { preRoll, rules } = readTakeSettings(this.models);
    const wasOn = this.#isOn;
    this.#isOn = preRoll;
    clearTimeout(this.#look);
    if (!preRoll) return wasOn ? this.microphone.coolDown() : undefined;
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
      this.events.publish(new LiveEvent('audio_device_error', { type: 'not_kept_open', message }));
    }
  }
}
