import { Module } from '@nestjs/common';
import { ProjectionsModule } from '../projections/projections.module.ts';
import { GetRecordingStateHandler } from './takes/get-recording-state.ts';
import { ListDictionaryEntriesHandler } from './dictionary/list-dictionary-entries.ts';
import { GetRecordingHandler } from './recordings/get-recording.ts';
import { ListRecordingsHandler } from './recordings/list-recordings.ts';
import { GetSettingsHandler } from './settings/get-settings.ts';
import { ExplainHandler } from './system/explain.ts';
import { GetCommandHandler } from './system/get-command.ts';
import { GetStatisticsHandler } from './system/get-statistics.ts';
import { GetStatusHandler } from './system/get-status.ts';
import { ListAudioDevicesHandler } from './system/list-audio-devices.ts';
import { ListModelsHandler } from './system/list-models.ts';
import { ListQueueHandler } from './system/list-queue.ts';
import { ReadEventsHandler } from './system/read-events.ts';
import { GetVoiceCommandsHandler } from './voice-commands/get-voice-commands.ts';
import { ListWindowContextsHandler } from './window-contexts/list-window-contexts.ts';

export const QUERY_HANDLERS = [
  ListRecordingsHandler,
  GetRecordingHandler,
  GetSettingsHandler,
  ListDictionaryEntriesHandler,
  GetVoiceCommandsHandler,
  ListWindowContextsHandler,
  GetRecordingStateHandler,
  GetStatisticsHandler,
  ReadEventsHandler,
  GetCommandHandler,
  ListQueueHandler,
  ListAudioDevicesHandler,
  ListModelsHandler,
  ExplainHandler,
  GetStatusHandler,
];

/**
 * The read side. The application provides globally: CqrsModule.forRoot() and the ports ChangeFeed, EventLog,
 * CommandHistory, ModelList, RecordingStateSource and StatusSource.
 */
@Module({
  imports: [ProjectionsModule],
  providers: QUERY_HANDLERS,
})
export class QueriesModule {}
