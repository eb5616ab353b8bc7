import { anyId, holding, lacking, unique, addedVoiceCommand, type CommandCase, type Scene } from './case.ts';

export const voiceCommands: CommandCase[] = [
  {
    method: 'add_voice_command',
    async prepare() {
      const row = {
        phrase: unique('open {app}'),
        action_type: 'open_app',
        action_payload: { app: ['{app}'] },
      };
      return {
        params: row,
        result: { id: anyId },
        event: {
          type: 'voice_commands_updated',
          area: 'voice_commands',
          entity_id: expect.any(String) as string,
          payload: { action: 'added', ...row },
        },
        query: { method: 'get_voice_commands', params: {} },
        shows: { commands: holding({ ...row, enabled: true }) },
      };
    },
  },
  {
    method: 'update_voice_command',
    async prepare(scene) {
      const { id, phrase } = await addedVoiceCommand(scene);
      const change = { action_type: 'type_text', action_payload: { text: 'hi' } };
      return {
        params: { id, ...change },
        event: {
          type: 'voice_commands_updated',
          area: 'voice_commands',
          entity_id: String(id),
          payload: { action: 'updated', id, ...change },
        },
        query: { method: 'get_voice_commands', params: {} },
        shows: { commands: holding({ id, phrase, ...change }) },
      };
    },
  },
  {
    method: 'set_voice_command_enabled',
    async prepare(scene) {
      const { id } = await addedVoiceCommand(scene);
      return {
        params: { id, enabled: false },
        event: { type: 'voice_commands_updated', area: 'voice_commands', entity_id: String(id) },
        query: { method: 'get_voice_commands', params: {} },
        shows: { commands: holding({ id, enabled: false }) },
      };
    },
  },
  ...['delete_voice_command', 'delete_command'].map((method) => ({
    method,
    async prepare(scene: Scene) {
      const { id } = await addedVoiceCommand(scene);
      return {
        params: { id },
        event: {
          type: 'voice_commands_updated',
          area: 'voice_commands',
          entity_id: String(id),
          payload: { action: 'deleted', id },
        },
        query: { method: 'get_voice_commands', params: {} },
        shows: { commands: lacking({ id }) },
      };
    },
  })),
];
