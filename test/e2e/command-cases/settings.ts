import { unique, type CommandCase } from './case.ts';

export const settings: CommandCase[] = [
  ...['save_setting', 'update_setting'].map((method) => ({
    method,
    async prepare() {
      const [key, value] = [unique(method), { nested: ['ä', 1.5, null] }];
      return {
        params: { key, value },
        event: { type: 'setting_updated', area: 'settings', entity_id: key, payload: { key, value } },
        query: { method: 'get_settings', params: { keys: [key] } },
        shows: { settings: { [key]: value } },
      };
    },
  })),
  {
    method: 'save_settings',
    async prepare() {
      const [first, second] = [unique('one'), unique('two')];
      const values = { [first]: 1, [second]: 'two' };
      return {
        params: { values },
        event: { type: 'setting_updated', area: 'settings', entity_id: second },
        query: { method: 'get_settings', params: {} },
        shows: { settings: values },
      };
    },
  },
  {
    method: 'delete_setting',
    async prepare({ call }) {
      const key = unique('gone');
      await call('save_setting', { key, value: true });
      return {
        params: { key },
        event: { type: 'setting_deleted', area: 'settings', entity_id: key, payload: { key } },
        query: { method: 'get_settings', params: {} },
        shows: { settings: expect.not.objectContaining({ [key]: true }) as object },
      };
    },
  },
];
