import { randomUUID } from 'node:crypto';

export interface Applied {
  status: string;
  command_id: string;
  seq: number;
  result: { id: number } & Record<string, unknown>;
}

export interface Scene {
  call<T = Applied>(method: string, params: object): Promise<T>;
  dataDir: string;
}

export interface CommandCase {
  method: string;
  /** Makes what the command needs, and says what has to be seen afterwards. */
  prepare(scene: Scene): Promise<Expected>;
}

interface Expected {
  params: object;
  /** Beside status, command_id and seq. */
  result?: object;
  /** The command's last event; undefined where it writes nothing. */
  event?: { type: string; area: string; entity_id: string; payload?: object };
  query: { method: string; params: object };
  shows: object;
}

export const anyId = expect.any(Number) as number;
export const unique = (name: string): string => `${name} ${randomUUID()}`;

/** Rows in a list, whatever others are there. */
export const holding = (...rows: object[]): unknown =>
  expect.arrayContaining(rows.map((row) => expect.objectContaining(row)));
export const lacking = (row: object): unknown => expect.not.arrayContaining([expect.objectContaining(row)]);

export async function addedEntry({ call }: Scene) {
  const trigger = unique('trigger');
  const { result } = await call('add_dictionary_entry', { trigger, replacement: 'before', suffix: '!' });
  return { id: result.id, trigger };
}

export async function addedVoiceCommand({ call }: Scene) {
  const phrase = unique('phrase');
  const { result } = await call('add_voice_command', { phrase, action_type: 'open_app' });
  return { id: result.id, phrase };
}
