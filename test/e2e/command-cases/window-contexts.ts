import {
  anyId,
  addedEntry,
  holding,
  lacking,
  unique,
  addedVoiceCommand,
  type CommandCase,
  type Scene,
} from './case.ts';

async function addedWindowContext({ call }: Scene) {
  const { result } = await call('add_window_context', { name: 'Mail', app_name: 'Mail', title_pattern: 'x' });
  return { id: result.id };
}

export const windowContexts: CommandCase[] = [
  {
    method: 'add_window_context',
    async prepare(scene) {
      const [word, command] = [await addedEntry(scene), await addedVoiceCommand(scene)];
      const row = {
        name: unique('Code'),
        app_name: 'Editor',
        title_pattern: '\\.ts$',
        priority: -3,
        dictionary_mode: 'replace',
        command_mode: 'merge',
        dictionary_entry_ids: [word.id],
        voice_command_ids: [command.id],
      };
      return {
        params: row,
        result: { id: anyId },
        event: {
          type: 'window_contexts_updated',
          area: 'window_contexts',
          entity_id: expect.any(String) as string,
          payload: { action: 'added', ...row },
        },
        query: { method: 'list_window_contexts', params: {} },
        shows: { contexts: holding({ ...row, enabled: true }) },
      };
    },
  },
  {
    method: 'update_window_context',
    async prepare(scene) {
      const { id } = await addedWindowContext(scene);
      const change = { enabled: false, title_pattern: null };
      return {
        params: { id, ...change },
        event: {
          type: 'window_contexts_updated',
          area: 'window_contexts',
          entity_id: String(id),
          payload: { action: 'updated', id, ...change },
        },
        query: { method: 'list_window_contexts', params: {} },
        shows: { contexts: holding({ id, name: 'Mail', ...change }) },
      };
    },
  },
  {
    method: 'delete_window_context',
    async prepare(scene) {
      const { id } = await addedWindowContext(scene);
      const payload = { action: 'deleted', id };
      return {
        params: { id },
        event: { type: 'window_contexts_updated', area: 'window_contexts', entity_id: String(id), payload },
        query: { method: 'list_window_contexts', params: {} },
        shows: { contexts: lacking({ id }) },
      };
    },
  },
  {
    method: 'report_active_window',
    async prepare({ call }) {
      const [name, app_name] = [unique('Context'), unique('App')];
      const { result } = await call('add_window_context', { name, app_name, title_pattern: '^main' });
      return {
        params: { app_name, title: 'main.ts', pid: 4 },
        result: { context_id: result.id, context_name: name },
        query: { method: 'get_status', params: {} },
        shows: {},
      };
    },
  },
];
