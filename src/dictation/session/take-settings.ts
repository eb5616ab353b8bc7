import { isDeepStrictEqual } from 'node:util';
import { EventBus, EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { SyncCompleteEvent } from '../../events/live-event.ts';
import { TAKE_MODES, type TakeMode } from '../../events/take-events.ts';
import { TransactionProjected } from '../../projections/projection-runner.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { settings } from '../../projections/settings.ts';
import { DEFAULT_TAKE_RULES, type TakeRules } from '../rules/take/take-state.ts';

/** The user's settings for dictation; an invalid value counts as absent. */
export interface TakeSettings {
  rules: TakeRules;
  /** Name of a model; null for the best installed one. */
  model: string | null;
  /** How long the idle recogniser stays in memory. */
  model_idle_ms: number;
  /** Ends a take after two seconds of silence, cancels one without speech after five. */
  silenceStop: boolean;
  /** Keeps the microphone open, so that takes begin with pre-roll. */
  preRoll: boolean;
  /** The key combination; null for none. */
  hotkey: string | null;
}

/** The setting keys of the original's hosts, and our own. */
export const SETTING = {
  device: 'audio.selectedDevice',
  mode: 'shortcuts.recordingMode',
  hotkey: 'hotkey.recordingShortcut',
  maxSeconds: 'dictation.maxSeconds',
  silenceStop: 'dictation.silenceStop',
  preRoll: 'dictation.preRoll',
  model: 'transcription.model',
  modelIdleSeconds: 'transcription.idleSeconds',
} as const;

const MAX_SECONDS = 4 * 3600;
const MODEL_IDLE_MS = 5 * 60_000;

/** Reads the settings from the read models. Throws as their `read`. */
export function readTakeSettings(models: ReadModels): TakeSettings {
  const rows = models.read(settings);
  return takeSettings((key) => rows.get(key)?.value);
}

/** One of them, read when it is asked for. */
export function takeSetting<Name extends keyof TakeSettings>(
  models: ReadModels,
  name: Name,
): () => TakeSettings[Name] {
  return () => readTakeSettings(models)[name];
}

export function takeSettings(value: (key: string) => unknown): TakeSettings {
  const text = (key: string) => {
    const held = value(key);
    return typeof held === 'string' && held.trim() !== '' ? held : null;
  };
  return {
    rules: {
      ...DEFAULT_TAKE_RULES,
      mode: modeOf(text(SETTING.mode)),
      device: text(SETTING.device),
      max_duration_ms: secondsOf(value(SETTING.maxSeconds)) ?? DEFAULT_TAKE_RULES.max_duration_ms,
    },
    model: text(SETTING.model),
    model_idle_ms: secondsOf(value(SETTING.modelIdleSeconds)) ?? MODEL_IDLE_MS,
    silenceStop: value(SETTING.silenceStop) === true,
    preRoll: value(SETTING.preRoll) === true,
    hotkey: text(SETTING.hotkey),
  };
}

/** Hosts write `push-to-talk` with hyphens. */
function modeOf(text: string | null): TakeMode {
  const wanted = text?.replaceAll('-', '_');
  return TAKE_MODES.find((mode) => mode === wanted) ?? DEFAULT_TAKE_RULES.mode;
}

function secondsOf(value: unknown): number | undefined {
  if (typeof value !== 'number' || !(value >= 1)) return undefined;
  return Math.min(value, MAX_SECONDS) * 1_000;
}

/** The settings have changed since the last publication, or are the first of this run. */
export class TakeSettingsChanged {
  constructor(readonly settings: TakeSettings) {}
}

/** Publishes {@link TakeSettingsChanged} for everything that keeps a resource open that depends on the settings. */
@EventsHandler(TransactionProjected, SyncCompleteEvent)
export class TakeSettingsWatch implements IEventHandler<TransactionProjected | SyncCompleteEvent> {
  #published: TakeSettings | undefined;

  constructor(
    private readonly models: ReadModels,
    private readonly events: EventBus,
  ) {}

  handle(event: TransactionProjected | SyncCompleteEvent): void {
    if (event instanceof TransactionProjected && !event.areas.has('settings')) return;
    const current = readTakeSettings(this.models);
    if (isDeepStrictEqual(current, this.#published)) return;
    this.#published = current;
    this.events.publish(new TakeSettingsChanged(current));
  }
}
