import { Module, type DynamicModule, type ModuleMetadata, type Provider } from '@nestjs/common';
import { RecordingFiles } from '../../commands/recordings/delete-recording.ts';
import { WavInspector } from '../../commands/recordings/wav-inspector.ts';
import { ActionRunner } from '../../dictation/ports/action-runner.ts';
import { Hotkeys } from '../../dictation/ports/hotkeys.ts';
import { Microphone, KeepOpenMicrophone } from '../../dictation/ports/microphone.ts';
import { Recogniser } from '../../dictation/ports/recogniser.ts';
import { VoiceActivityDetector } from '../../dictation/ports/voice-activity-detector.ts';
import { TakeFiles } from '../../dictation/ports/take-files.ts';
import { takeSetting } from '../../dictation/session/take-settings.ts';
import { ProjectionsModule } from '../../projections/projections.module.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { recordings } from '../../projections/recordings.ts';
import { settings } from '../../projections/settings.ts';
import { AudioDevices } from '../../queries/system/list-audio-devices.ts';
import { ModelList } from '../../queries/system/list-models.ts';
import { HeycatConfig } from '../config/heycat-config.ts';
import { LocalActionRunner } from './actions/local-action-runner.ts';
import { RecordingsFolder } from './audio/recording-files.ts';
import { WavTakeFiles } from './audio/take-files.ts';
import { WavHeaderInspector } from './audio/wav-header.ts';
import { UiohookHotkeys } from './hotkey/uiohook-hotkeys.ts';
import { openMicrophones } from './microphone/open-microphones.ts';
import { PreRollMicrophone } from './microphone/pre-roll-microphone.ts';
import { ModelStore } from './models/model-store.ts';
import { ChildRecogniser } from './recogniser/child-recogniser.ts';
import { ChildVoiceActivityDetector } from './recogniser/child-voice-activity-detector.ts';

/** What a host brings of its own to record, recognise and act with. */
export interface VoiceOverrides {
  /**
   * Providers that take the place of this computer's: of Microphone, Hotkeys, Recogniser, VoiceActivityDetector or
   * ActionRunner.
   */
  overrides?: Provider[];
  /** Modules whose providers those inject. */
  imports?: ModuleMetadata['imports'];
}

/** What records, recognises and acts: this computer's, or a host's own. */
@Module({})
export class VoiceModule {
  static register({ overrides = [], imports = [] }: VoiceOverrides = {}): DynamicModule {
    const providers = [...DEFAULTS, ...overrides];
    return {
      module: VoiceModule,
      imports: [ProjectionsModule, ...imports],
      providers,
      exports: DEFAULTS.map(({ provide }) => provide),
    };
  }
}

// The last provider of a token is the one that Nest takes.
const DEFAULTS = [
  {
    provide: Microphone,
    useFactory: ({ env }: HeycatConfig) => openMicrophones({ env }),
    inject: [HeycatConfig],
  },
  {
    provide: KeepOpenMicrophone,
    useFactory: (microphone: Microphone) => new PreRollMicrophone(microphone),
    inject: [Microphone],
  },
  { provide: AudioDevices, useExisting: KeepOpenMicrophone },
  { provide: VoiceActivityDetector, useFactory: () => new ChildVoiceActivityDetector() },
  {
    provide: Hotkeys,
    useFactory: ({ env }: HeycatConfig) => new UiohookHotkeys({ env }),
    inject: [HeycatConfig],
  },
  {
    provide: ModelStore,
    useFactory: ({ dataDir, modelsDir: hostFolder }: HeycatConfig, models: ReadModels) =>
      new ModelStore({ dataDir, hostFolder, preferred: takeSetting(models, 'model') }),
    inject: [HeycatConfig, ReadModels],
  },
  { provide: ModelList, useExisting: ModelStore },
  {
    provide: Recogniser,
    useFactory: (store: ModelStore, models: ReadModels) =>
      new ChildRecogniser({
        chooseModel: store.choose.bind(store),
        idleMs: takeSetting(models, 'model_idle_ms'),
      }),
    inject: [ModelStore, ReadModels],
  },
  {
    provide: ActionRunner,
    useFactory: ({ env }: HeycatConfig, models: ReadModels) =>
      new LocalActionRunner({ env, setting: (key) => models.read(settings).get(key)?.value }),
    inject: [HeycatConfig, ReadModels],
  },
  { provide: WavInspector, useClass: WavHeaderInspector },
  {
    provide: TakeFiles,
    useFactory: ({ recordingsDir }: HeycatConfig) => new WavTakeFiles(recordingsDir),
    inject: [HeycatConfig],
  },
  {
    provide: RecordingFiles,
    useFactory: ({ recordingsDir }: HeycatConfig, models: ReadModels) =>
      new RecordingsFolder(recordingsDir, {
        isUsed: (path) => models.read(recordings).all.some((recording) => recording.file_path === path),
      }),
    inject: [HeycatConfig, ReadModels],
  },
] satisfies Provider[];
