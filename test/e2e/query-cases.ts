import { randomUUID } from 'node:crypto';
import type { TestedEngine } from '../support/engines.ts';
import type { Applied } from './command-cases/case.ts';

export interface QueryCase {
  method: string;
  /** Makes what is asked about; gives the params. */
  prepare?(call: <T = Applied>(method: string, params: object) => Promise<T>): Promise<object>;
  shows: object;
}

const list = expect.any(Array) as unknown[];
const number = expect.any(Number) as number;
const text = expect.any(String) as string;

/** One row a query; what a command does to its answer is tested with the command. */
export const queriesOn = (engine: TestedEngine): QueryCase[] => [
  {
    method: 'list_recordings',
    shows: { recordings: list, total_count: number, has_more: false, cursor: null },
  },
  {
    method: 'get_recording',
    async prepare(call) {
      const { recordings } = await call<{ recordings: { id: number }[] }>('list_recordings', {});
      return { id: recordings[0]!.id };
    },
    shows: { recording: { id: number, recovered: false, created_at: text } },
  },
  { method: 'get_settings', shows: { settings: expect.any(Object) as object } },
  { method: 'list_dictionary_entries', shows: { entries: list, total_count: number } },
  { method: 'get_voice_commands', shows: { commands: list, total_count: number } },
  { method: 'list_window_contexts', shows: { contexts: list, total_count: number } },
  {
    method: 'get_statistics',
    shows: { days: [{ takes: number, words: number }], total: { words: number }, stages: {} },
  },
  {
    method: 'get_recording_state',
    shows: { state: 'idle', phase: null, take: null, mode: 'toggle', recorded_ms: null, waiting: 0 },
  },
  { method: 'list_models', shows: { models: list } },
  {
    method: 'read_events',
    prepare: async () => ({ from_seq: 1, limit: 2, types: ['recording_added', 'recording_deleted'] }),
    shows: {
      events: [{ type: 'recording_added' }, { type: 'recording_added' }],
      next_seq: number,
      last_seq: number,
    },
  },
  {
    method: 'get_command',
    async prepare(call) {
      const command_id = randomUUID();
      await call('save_setting', { command_id, key: 'asked', value: 1 });
      return { command_id };
    },
    shows: { status: 'applied', seq: number, result: {}, created_at: text },
  },
  { method: 'list_queue', shows: { commands: [], total_count: 0 } },
  // Of the file that the tests' services hear instead of a microphone.
  { method: 'list_audio_devices', shows: { devices: [{ is_default: true }], total_count: 1 } },
  { method: 'list_models', shows: { models: list, total_count: number } },
  {
    method: 'explain',
    async prepare(call) {
      for (const value of [1, 2]) await call('save_setting', { key: 'why', value });
      return { area: 'settings', id: 'why' };
    },
    shows: {
      row: { key: 'why', value: 2 },
      history: [{ seq: number }, { seq: number, type: 'setting_updated' }],
    },
  },
  {
    method: 'get_status',
    shows: {
      pid: process.pid,
      synced: true,
      engine: { kind: engine, state: 'ready', version: text, ...(engine === 'sidecar' && { pid: number }) },
      queue: { pending: 0, dead: 0 },
      backup: { last_at: null },
      projections: list,
      clients: 3,
      started_at: text,
    },
  },
];
