import { VoiceCommandRow } from '../events/rows.ts';
import { IsAnyListOf, IsObject } from '../fields/collections.ts';
import { IsInteger } from '../fields/fields.ts';
import { rowProjection } from './row-projection.ts';

/** All voice commands, by id. */
export class VoiceCommandsView {
  @IsAnyListOf(IsObject(VoiceCommandRow))
  commands!: readonly VoiceCommandRow[];

  @IsInteger(0)
  total_count!: number;
}

export const voiceCommands = rowProjection({
  area: 'voice_commands',
  version: 1,
  view: (rows): VoiceCommandsView => ({ commands: rows.all.slice(), total_count: rows.size }),
});
