import { anyId, addedEntry, holding, lacking, unique, type CommandCase } from './case.ts';

export const dictionary: CommandCase[] = [
  {
    method: 'add_dictionary_entry',
    async prepare() {
      const row = { trigger: unique('brb'), replacement: 'be right back', enabled: true, auto_enter: true };
      return {
        params: row,
        result: { id: anyId },
        event: {
          type: 'dictionary_updated',
          area: 'dictionary',
          entity_id: expect.any(String) as string,
          payload: { action: 'added', id: anyId, ...row },
        },
        query: { method: 'list_dictionary_entries', params: {} },
        shows: { entries: holding(row) },
      };
    },
  },
  {
    method: 'update_dictionary_entry',
    async prepare(scene) {
      const { id, trigger } = await addedEntry(scene);
      const payload = { action: 'updated', id, replacement: 'after', suffix: null };
      return {
        params: { id, replacement: 'after', suffix: null },
        event: { type: 'dictionary_updated', area: 'dictionary', entity_id: String(id), payload },
        query: { method: 'list_dictionary_entries', params: {} },
        shows: { entries: holding({ id, trigger, replacement: 'after', suffix: null }) },
      };
    },
  },
  {
    method: 'delete_dictionary_entry',
    async prepare(scene) {
      const { id } = await addedEntry(scene);
      const payload = { action: 'deleted', id };
      return {
        params: { id },
        event: { type: 'dictionary_updated', area: 'dictionary', entity_id: String(id), payload },
        query: { method: 'list_dictionary_entries', params: {} },
        shows: { entries: lacking({ id }) },
      };
    },
  },
];
