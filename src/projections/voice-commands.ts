import { rowProjection } from './row-projection.ts';

export const voiceCommands = rowProjection({
  area: 'voice_commands',
  version: 1,
  view: (rows) => ({ commands: rows.all.slice(), total_count: rows.size }),
});
