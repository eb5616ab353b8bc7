import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { BACKUP_MAKER, type BackupMaker } from './commands/backups/backup-maker.ts';
import { COMMAND_LEDGER, type CommandLedger } from './commands/command-ledger.ts';
import { CommandsModule } from './commands/commands.module.ts';
import { COMMAND_QUEUE, type CommandQueue } from './commands/queue/command-queue.ts';
import { RECORDING_FILES } from './commands/recordings/recording-files.ts';
import { WAV_INSPECTOR } from './commands/recordings/wav-inspector.ts';
import { ActiveWindowHolder } from './commands/window-contexts/active-window.ts';
import { WINDOW_CONTEXTS } from './commands/window-contexts/window-contexts.ts';
import { ACTION_RUNNER, type ActionRunner } from './dictation/ports/action-runner.ts';
import { HOTKEYS, type Hotkeys } from './dictation/ports/hotkeys.ts';
import { MICROPHONE, type WarmableMicrophone } from './dictation/ports/microphone.ts';
import { RECOGNISER, type Recogniser } from './dictation/ports/recogniser.ts';
import { SPEECH_DETECTOR, type SpeechDetector } from './dictation/ports/speech-detector.ts';
import { CHANGE_FEED, type ChangeFeed } from './events/change-feed.ts';
import { EVENT_LOG, type EventLog } from './events/event-log.ts';
import { EVENT_TELLER } from './events/event-teller.ts';
import { RecordingsFolder } from './infra/voice/audio/recording-files.ts';
import { WavTakeFiles } from './infra/voice/audio/take-files.ts';
import { WavHeaderInspector } from './infra/voice/audio/wav-header.ts';
import { ControllersModule } from './infra/ipc/controllers/controllers.module.ts';
import { EventsToSubscribers } from './infra/ipc/subscriptions/events-to-subscribers.ts';
import { SubscriptionController } from './infra/ipc/subscriptions/subscription.controller.ts';
import { SubscriptionHub } from './infra/ipc/subscriptions/subscription-hub.ts';
import type { ModelStore } from './infra/voice/models/model-store.ts';
import { ReadModels } from './projections/read-models.ts';
import { recordings } from './projections/recordings.ts';
import { windowContexts } from './projections/window-contexts.ts';
import { QueriesModule } from './queries/queries.module.ts';
import { AUDIO_DEVICES } from './queries/system/audio-devices.ts';
import { COMMAND_HISTORY, type CommandHistory } from './queries/system/command-history.ts';
import { MODEL_LIST } from './queries/system/model-list.ts';
import { STATUS_SOURCE, type StatusSource } from './queries/system/status-source.ts';
import { TAKE_FILES } from './dictation/session/take-files.ts';
import { TakesModule } from './dictation/dictation.module.ts';

/** What exists before the application does: the way to the engine, and what tells how the process is. */
export interface AppParts {
  feed: ChangeFeed;
  log: EventLog;
  ledger: CommandLedger & CommandHistory & CommandQueue;
  status: StatusSource;
  backups: BackupMaker;
  models(readModels: ReadModels): ModelStore;
  recogniser(models: ModelStore, readModels: ReadModels): Recogniser;
  microphone: WarmableMicrophone;
  speechDetector: SpeechDetector;
  hotkeys: Hotkeys;
  actions(readModels: ReadModels): ActionRunner;
  /** Folder inside which delete_recording may delete files. */
  recordingsDir: string;
}

/** The composition root: every port, and the adapter that it gets. */
@Module({})
export class AppModule {
  static of(parts: AppParts): DynamicModule {
    return {
      module: AppModule,
      imports: [
        CqrsModule.forRoot(),
        Ports.of(parts),
        TakesModule,
        QueriesModule,
        CommandsModule,
        ControllersModule,
      ],
      controllers: [SubscriptionController],
      providers: [EventsToSubscribers],
    };
  }
}

@Module({})
class Ports {
  static of({ feed, log, ledger, status, recordingsDir, ...parts }: AppParts): DynamicModule {
    const providers = [
      { provide: CHANGE_FEED, useValue: feed },
      { provide: EVENT_LOG, useValue: log },
      { provide: COMMAND_LEDGER, useValue: ledger },
      { provide: COMMAND_HISTORY, useValue: ledger },
      { provide: COMMAND_QUEUE, useValue: ledger },
      { provide: STATUS_SOURCE, useValue: status },
      { provide: BACKUP_MAKER, useValue: parts.backups },
      { provide: WAV_INSPECTOR, useClass: WavHeaderInspector },
      { provide: ReadModels, useFactory: () => new ReadModels() },
      { provide: MICROPHONE, useValue: parts.microphone },
      { provide: AUDIO_DEVICES, useExisting: MICROPHONE },
      ActiveWindowHolder,
      { provide: MODEL_LIST, useFactory: parts.models, inject: [ReadModels] },
      { provide: RECOGNISER, useFactory: parts.recogniser, inject: [MODEL_LIST, ReadModels] },
      { provide: SPEECH_DETECTOR, useValue: parts.speechDetector },
      { provide: HOTKEYS, useValue: parts.hotkeys },
      { provide: ACTION_RUNNER, useFactory: parts.actions, inject: [ReadModels] },
      { provide: TAKE_FILES, useFactory: () => new WavTakeFiles(recordingsDir) },
      { provide: WINDOW_CONTEXTS, useFactory: contextsOf, inject: [ReadModels] },
      { provide: RECORDING_FILES, useFactory: filesIn(recordingsDir), inject: [ReadModels] },
      { provide: SubscriptionHub, useFactory: hubOver(log), inject: [ReadModels] },
      { provide: EVENT_TELLER, useExisting: SubscriptionHub },
    ];
    return {
      module: Ports,
      global: true,
      providers,
      exports: providers.map((each) => ('provide' in each ? each.provide : each)),
    };
  }
}

const contextsOf = (models: ReadModels) => ({ list: () => models.read(windowContexts).all });

const filesIn = (folder: string) => (models: ReadModels) =>
  new RecordingsFolder(folder, {
    isUsed: (path) => models.read(recordings).all.some((recording) => recording.file_path === path),
  });

const hubOver = (log: EventLog) => (models: ReadModels) =>
  new SubscriptionHub({
    log,
    epoch: () => models.epoch ?? '',
    seq: () => models.seq,
    stale: () => models.stale,
    snapshot: () => models.snapshot(),
  });
