import type { Hotkeys } from './dictation/ports/hotkeys.ts';
import type { Microphone } from './dictation/ports/microphone.ts';
import type { Recogniser } from './dictation/ports/recogniser.ts';
import type { SpeechDetector } from './dictation/ports/speech-detector.ts';
import { LocalActionRunner } from './infra/voice/actions/local-action-runner.ts';
import { UiohookHotkeys } from './infra/voice/hotkey/uiohook-hotkeys.ts';
import { openMicrophones } from './infra/voice/microphone/open-microphones.ts';
import { WarmMicrophone } from './infra/voice/microphone/warm-microphone.ts';
import { ModelStore } from './infra/voice/models/model-store.ts';
import { ChildRecogniser } from './infra/voice/recogniser/child-recogniser.ts';
import { ChildSpeechDetector } from './infra/voice/recogniser/child-speech-detector.ts';
import type { ReadModels } from './projections/read-models.ts';
import { settings } from './projections/settings.ts';
import { readTakeSettings } from './dictation/session/take-settings.ts';

/** What a host may bring of its own to record and hear with. */
export interface VoiceOptions {
  /** Where sound comes from. Default: the system's microphones, and files or programs by their names. */
  microphone?: Microphone;
  /** What hears keys wherever the focus is. Default: libuiohook, once the setting `hotkey.recordingShortcut` is there. */
  hotkeys?: Hotkeys;
  /** What hears it. Default: the models in HEYCAT_MODELS_DIR and those that `heycat models install` got. */
  recogniser?: Recogniser;
  /** What notices silence, once the setting `dictation.silenceStop` wants it. Default: Silero's detector. */
  speechDetector?: SpeechDetector;
}

/** What records, hears and acts: a host's own, or this computer's. */
export function voiceOf(options: VoiceOptions, dataDir: string) {
  const { microphone, recogniser, speechDetector, hotkeys } = options;
  const setting = (models: ReadModels) => (key: string) => models.read(settings).get(key)?.value;
  return {
    microphone: new WarmMicrophone(microphone ?? openMicrophones()),
    speechDetector: speechDetector ?? new ChildSpeechDetector(),
    hotkeys: hotkeys ?? new UiohookHotkeys(),
    models: (models: ReadModels) => {
      return new ModelStore({ dataDir, preferred: () => readTakeSettings(models).model ?? undefined });
    },
    recogniser: (store: ModelStore, models: ReadModels) =>
      recogniser ??
      new ChildRecogniser({
        chooseModel: (name) => store.choose(name),
        idleMs: () => readTakeSettings(models).model_idle_ms,
      }),
    actions: (models: ReadModels) => new LocalActionRunner({ setting: setting(models) }),
  };
}
