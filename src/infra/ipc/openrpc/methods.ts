import type { TakesController } from '../controllers/takes.controller.ts';
import type { DictionaryController } from '../controllers/dictionary.controller.ts';
import type { RecordingsController } from '../controllers/recordings.controller.ts';
import type { SettingsController } from '../controllers/settings.controller.ts';
import type { SystemController } from '../controllers/system.controller.ts';
import type { VoiceCommandsController } from '../controllers/voice-commands.controller.ts';
import type { WindowContextsController } from '../controllers/window-contexts.controller.ts';

/** Controllers name their functions as the socket names the methods. */
type Served<Controller> = { [M in keyof Controller]: Controller[M] };

interface Functions
  extends
    Served<TakesController>,
    Served<DictionaryController>,
    Served<RecordingsController>,
    Served<SettingsController>,
    Served<SystemController>,
    Served<VoiceCommandsController>,
    Served<WindowContextsController> {
  update_setting: SettingsController['save_setting'];
  delete_command: VoiceCommandsController['delete_voice_command'];
}

/** The message behind each method of the socket; `heycat call describe` says the same at run time. */
export type Methods = { [M in keyof Functions]: Parameters<Functions[M]>[0] };

/** What a method takes. */
export type ParamsOf<M extends keyof Methods> = {
  [Field in keyof Methods[M] as Field extends string ? Field : never]: Methods[M][Field];
};

/** What a method answers. */
export type AnswerOf<M extends keyof Methods> = Awaited<ReturnType<Functions[M]>>;
