import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { BackupMaker } from './commands/backups/backup-maker.ts';
import { CommandLedger } from './commands/command-ledger.ts';
import { CommandsModule } from './commands/commands.module.ts';
import { CommandQueue } from './commands/queue/command-queue.ts';
import { RecordingFiles } from './commands/recordings/recording-files.ts';
import { WavInspector } from './commands/recordings/wav-inspector.ts';
import { ActiveWindowHolder } from './commands/window-contexts/active-window.ts';
import { WindowContexts } from './commands/window-contexts/window-contexts.ts';
import { ActionRunner } from './dictation/ports/action-runner.ts';
import { Hotkeys } from './dictation/ports/hotkeys.ts';
import { WarmableMicrophone } from './dictation/ports/microphone.ts';
import { Recogniser } from './dictation/ports/recogniser.ts';
import { SpeechDetector } from './dictation/ports/speech-detector.ts';
import { ChangeFeed } from './events/change-feed.ts';
import { EventLog } from './events/event-log.ts';
import { DailyBackup } from './infra/backup/daily-backup.ts';
import { EngineConnection } from './infra/database/connection/engine-connection.ts';
import { ProbeAfterSleep } from './infra/database/connection/probe-after-sleep.ts';
import { RecordingsFolder } from './infra/voice/audio/recording-files.ts';
import { WavTakeFiles } from './infra/voice/audio/take-files.ts';
import { WavHeaderInspector } from './infra/voice/audio/wav-header.ts';
import { ControllersModule } from './infra/ipc/controllers/controllers.module.ts';
import { SubscriptionController } from './infra/ipc/subscriptions/subscription.controller.ts';
import { SubscriptionHub } from './infra/ipc/subscriptions/subscription-hub.ts';
import type { ModelStore } from './infra/voice/models/model-store.ts';
import { ReadModels } from './projections/read-models.ts';
import { recordings } from './projections/recordings.ts';
import { windowContexts } from './projections/window-contexts.ts';
import { QueriesModule } from './queries/queries.module.ts';
import { AudioDevices } from './queries/system/audio-devices.ts';
import { CommandHistory } from './queries/system/command-history.ts';
import { ModelList } from './queries/system/model-list.ts';
import { StatusSource } from './queries/system/status-source.ts';
import { TakeFiles } from './dictation/ports/take-files.ts';
import { DictationModule } from './dictation/dictation.module.ts';

/** What exists before the application does: the way to the engine, and what tells how the process is. */
export interface AppParts {
  connection: EngineConnection;
  daily: DailyBackup;
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
        DictationModule,
        QueriesModule,
        CommandsModule,
        ControllersModule,
      ],
      controllers: [SubscriptionController],
      providers: [SubscriptionHub, ProbeAfterSleep],
    };
  }
}

@Module({})
class Ports {
  static of({ connection, daily, log, ledger, status, recordingsDir, ...parts }: AppParts): DynamicModule {
    const providers = [
      { provide: ChangeFeed, useValue: connection },
      { provide: EngineConnection, useValue: connection },
      { provide: DailyBackup, useFactory: () => daily },
      { provide: EventLog, useValue: log },
      { provide: CommandLedger, useValue: ledger },
      { provide: CommandHistory, useValue: ledger },
      { provide: CommandQueue, useValue: ledger },
      { provide: StatusSource, useValue: status },
      { provide: BackupMaker, useValue: parts.backups },
      { provide: WavInspector, useClass: WavHeaderInspector },
      { provide: WarmableMicrophone, useValue: parts.microphone },
      { provide: AudioDevices, useExisting: WarmableMicrophone },
      ActiveWindowHolder,
      { provide: ModelList, useFactory: parts.models, inject: [ReadModels] },
      { provide: Recogniser, useFactory: parts.recogniser, inject: [ModelList, ReadModels] },
      { provide: SpeechDetector, useValue: parts.speechDetector },
      { provide: Hotkeys, useValue: parts.hotkeys },
      { provide: ActionRunner, useFactory: parts.actions, inject: [ReadModels] },
      { provide: TakeFiles, useFactory: () => new WavTakeFiles(recordingsDir) },
      { provide: WindowContexts, useFactory: contextsOf, inject: [ReadModels] },
      { provide: RecordingFiles, useFactory: filesIn(recordingsDir), inject: [ReadModels] },
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
