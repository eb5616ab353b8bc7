import { oneOf, type Random } from '../support/random.ts';

/** A command that a sender is about to send. */
export interface Planned {
  method: string;
  params: Record<string, unknown>;
  /** How many events it writes; 0 where it is to be refused. */
  events: number;
  /** Called with the answer's result. */
  applied?(result: Record<string, unknown>): void;
  /** Called when it was refused. */
  refused?(): void;
}

/** How the rows of one area are made, changed and removed; `n` makes each text another. */
interface RowCommands {
  add(name: string, n: number): [method: string, params: Record<string, unknown>];
  update(n: number): [method: string, change: Record<string, unknown>];
  remove: string;
}

const ROWS_MAX = 8;
const KEYS = 5;

/**
 * Chooses what one sender does next, on every area. It changes only what it made itself and never sends a change that
 * changes nothing, so it can say of each command what it writes.
 */
export class Writer {
  readonly #areas: { commands: RowCommands; ids: number[] }[];
  readonly #keys: string[] = [];
  #n = 0;

  /** @param takePath a WAV file, for recordings. */
  constructor(
    readonly name: string,
    private readonly random: Random,
    takePath: string,
  ) {
    this.#areas = rowCommands(takePath).map((commands) => ({ commands, ids: [] }));
  }

  next(): Planned {
    this.#n += 1;
    const at = Math.floor(this.random() * (this.#areas.length + 1));
    const area = this.#areas[at];
    return area === undefined ? this.#setting() : this.#row(area.commands, area.ids);
  }

  #row(commands: RowCommands, ids: number[]): Planned {
    const chance = this.random();
    if (ids.length === 0 || (chance < 0.4 && ids.length < ROWS_MAX)) {
      const [method, params] = commands.add(this.name, this.#n);
      return { method, params, events: 1, applied: ({ id }) => ids.push(Number(id)) };
    }
    const id = oneOf(this.random, ids);
    const forget = (): void => void ids.splice(ids.indexOf(id), 1);
    if (chance > 0.75) {
      return { method: commands.remove, params: { id }, events: 1, applied: forget, refused: forget };
    }
    const [method, change] = commands.update(this.#n);
    return { method, params: { id, ...change }, events: 1, refused: forget };
  }

  #setting(): Planned {
    const chance = this.random();
    const key = `${this.name} ${this.#n % KEYS}`;
    if (chance < 0.1) {
      return { method: 'delete_setting', params: { key: `${this.name} never saved` }, events: 0 };
    }
    if (chance < 0.3) {
      const values = Object.fromEntries(['a', 'b', 'c'].map((part) => [`${this.name} ${part}`, this.#n]));
      return { method: 'save_settings', params: { values }, events: 3 };
    }
    const forget = (): void => void this.#keys.splice(this.#keys.indexOf(key), 1);
    if (chance < 0.5 && this.#keys.includes(key)) {
      return { method: 'delete_setting', params: { key }, events: 1, applied: forget, refused: forget };
    }
    const applied = (): void => void (this.#keys.includes(key) || this.#keys.push(key));
    return { method: 'save_setting', params: { key, value: this.#n }, events: 1, applied };
  }
}

function rowCommands(file_path: string): RowCommands[] {
  return [
    {
      add: (name, n) => ['add_recording', { file_path, transcription: `${name} ${n}` }],
      update: (n) => ['update_recording', { transcription: `changed ${n}` }],
      remove: 'delete_recording',
    },
    {
      add: (name, n) => ['add_dictionary_entry', { trigger: `${name} ${n}`, replacement: 'r' }],
      update: (n) => ['update_dictionary_entry', { replacement: `changed ${n}` }],
      remove: 'delete_dictionary_entry',
    },
    {
      add: (name, n) => ['add_voice_command', { phrase: `${name} ${n}`, action_type: 'custom' }],
      update: (n) => ['update_voice_command', { action_payload: { n } }],
      remove: 'delete_voice_command',
    },
    {
      add: (name, n) => ['add_window_context', { name: `${name} ${n}`, app_name: 'Editor' }],
      update: (n) => ['update_window_context', { name: `changed ${n}` }],
      remove: 'delete_window_context',
    },
  ];
}
