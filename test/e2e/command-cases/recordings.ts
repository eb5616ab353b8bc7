import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { copyOfTake } from '../../support/service.ts';
import { anyId, lacking, type CommandCase, type Scene } from './case.ts';

async function addedRecording({ call, dataDir }: Scene) {
  const file_path = await copyOfTake(join(dataDir, 'recordings'), `${randomUUID()}.wav`);
  const { result } = await call('add_recording', { file_path });
  return { id: result.id, file_path };
}

export const recordings: CommandCase[] = [
  {
    method: 'add_recording',
    async prepare({ dataDir }) {
      const file_path = await copyOfTake(join(dataDir, 'elsewhere'), `${randomUUID()}.wav`);
      const params = { file_path, transcription: 'hello there' };
      const row = { ...params, duration_ms: 100, sample_rate: 16_000, status: 'completed' };
      return {
        params,
        result: { id: anyId },
        event: {
          type: 'recording_added',
          area: 'recordings',
          entity_id: expect.any(String) as string,
          payload: row,
        },
        query: { method: 'list_recordings', params: { limit: 1 } },
        shows: { recordings: [row] },
      };
    },
  },
  {
    method: 'update_recording',
    async prepare(scene) {
      const { id } = await addedRecording(scene);
      const change = { transcription_model: 'parakeet', stop_reason: 'hotkey' };
      return {
        params: { id, ...change },
        result: { id },
        event: { type: 'recording_updated', area: 'recordings', entity_id: String(id), payload: change },
        query: { method: 'get_recording', params: { id } },
        shows: { recording: { id, ...change, transcription: null } },
      };
    },
  },
  {
    method: 'delete_recording',
    async prepare(scene) {
      const { id, file_path } = await addedRecording(scene);
      return {
        params: { id, delete_file: true },
        event: {
          type: 'recording_deleted',
          area: 'recordings',
          entity_id: String(id),
          payload: { id, file_path },
        },
        query: { method: 'list_recordings', params: { limit: 500 } },
        shows: { recordings: lacking({ id }) },
      };
    },
  },
];
