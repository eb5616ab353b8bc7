import { describeWithServer } from '../../support/spacetimedb.ts';
import {
  ENTRY,
  ENTRY_CHANGES,
  NONE,
  RECORDING,
  RECORDING_CHANGES,
  some,
  VOICE_COMMAND,
  WINDOW_CONTEXT,
} from './arguments.ts';
import { ModuleDatabase, type Caller, type Issue } from './module-database.ts';

const MIB = 1024 * 1024;

describeWithServer('refusals of the module', () => {
  let database: ModuleDatabase;
  let alice: Caller;
  let command: ReturnType<ModuleDatabase['commandsOf']>;

  beforeAll(async () => {
    database = await ModuleDatabase.open();
    alice = await database.member();
    command = database.commandsOf(alice);
    const given: [string, unknown[]][] = [
      ['add_recording', [RECORDING]],
      ['add_dictionary_entry', [ENTRY]],
      ['add_dictionary_entry', [{ ...ENTRY, trigger: 'omw' }]],
      ['add_voice_command', [VOICE_COMMAND]],
      ['save_setting', ['theme', '1', NONE]],
    ];
    for (const [reducer, args] of given) expect(await command(reducer, args)).toBe('done');
  });
  afterAll(() => database[Symbol.asyncDispose]());

  it.each<[string, string, unknown[], RegExp, Issue?]>([
    [
      'MOD18 an unknown status',
      'add_recording',
      [{ ...RECORDING, status: 'lost' }],
      /^INVALID_ARGUMENT: status /,
    ],
    [
      'MOD18 an empty path',
      'add_recording',
      [{ ...RECORDING, file_path: '' }],
      /^INVALID_ARGUMENT: file_path /,
    ],
    [
      'MOD18 a text of more than 1 MiB',
      'add_recording',
      [{ ...RECORDING, transcription: some('x'.repeat(MIB + 1)) }],
      /^LIMIT_EXCEEDED: transcription /,
    ],
    [
      'MOD18 an empty command_id',
      'add_recording',
      [RECORDING],
      /^INVALID_ARGUMENT: command_id /,
      { command_id: '' },
    ],
    ['MOD18 a time before 1970', 'add_recording', [RECORDING], /^INVALID_ARGUMENT: issued_at /, { at: -1 }],
    [
      'MOD18 a value that is no JSON',
      'save_setting',
      ['theme', '{', NONE],
      /^INVALID_ARGUMENT: value is not valid JSON/,
    ],
    [
      'MOD18 a value nested too deep',
      'save_setting',
      ['theme', '['.repeat(65) + ']'.repeat(65), NONE],
      /^INVALID_ARGUMENT: value /,
    ],
    [
      'MOD18 a large value',
      'save_setting',
      ['theme', JSON.stringify('x'.repeat(65_536)), NONE],
      /^LIMIT_EXCEEDED: value /,
    ],
    [
      'MOD18 one bad value among settings',
      'save_settings',
      [
        [
          { key: 'a', value: '1' },
          { key: 'b', value: '?' },
        ],
      ],
      /^INVALID_ARGUMENT: value /,
    ],
    [
      'MOD13 a field that cannot be cleared',
      'update_dictionary_entry',
      [2, { ...ENTRY_CHANGES, clear: ['trigger'] }, NONE],
      /^INVALID_ARGUMENT: clear /,
    ],
    [
      'MOD17 another seq than the row has',
      'update_recording',
      [1, { ...RECORDING_CHANGES, status: some('failed') }, some(4)],
      /^CONFLICT: .*expected_seq is 4, its seq is 1/,
    ],
    ['MOD17 a seq for a setting that is not there', 'save_setting', ['new', '1', some(1)], /^CONFLICT: /],
    [
      'MOD9 a trigger that differs in case and blanks',
      'add_dictionary_entry',
      [{ ...ENTRY, trigger: ' BRB ' }],
      /^DUPLICATE: A dictionary entry with this trigger already exists$/,
    ],
    [
      'MOD9 a trigger renamed to another one',
      'update_dictionary_entry',
      [2, { ...ENTRY_CHANGES, trigger: some('Brb') }, NONE],
      /^DUPLICATE: /,
    ],
    [
      'MOD9 a phrase that differs in case',
      'add_voice_command',
      [{ ...VOICE_COMMAND, phrase: 'OPEN {app}' }],
      /^DUPLICATE: /,
    ],
    [
      'MOD26 a recording that is not there',
      'delete_recording',
      [7, NONE],
      /^NOT_FOUND: Recording not found$/,
    ],
    ['MOD26 a setting that is not there', 'delete_setting', ['none', NONE], /^NOT_FOUND: Setting not found$/],
    [
      'MOD26 a context that names an entry that is not there',
      'add_window_context',
      [{ ...WINDOW_CONTEXT, dictionary_entry_ids: [1, 7] }],
      /^NOT_FOUND: Dictionary entry 7 not found$/,
    ],
  ])('%s is refused, and nothing is written', async (_, reducer, args, refusal, issue = {}) => {
    const everything = async () => [
      await database.state(alice),
      await database.rows(alice, 'stream_heads'),
      await database.rows(alice, 'event_log'),
      await database.rows(alice, 'command_receipts'),
    ];
    const before = await everything();
    expect(await command(reducer, args, issue)).toMatch(refusal);
    expect(await everything()).toEqual(before);
  });

  it("MOD26 another member's row is not found, also by its id", async () => {
    const bob = await database.member();
    const refusal = await database.commandsOf(bob)('delete_recording', [1, NONE]);
    expect(refusal).toBe('NOT_FOUND: Recording not found');
  });

  it('MOD9 another spelling of its own trigger is no duplicate, nor is the trigger of another member', async () => {
    const respelt = { ...ENTRY_CHANGES, trigger: some('OMW'), suffix: some('!') };
    expect(await command('update_dictionary_entry', [2, respelt, NONE])).toBe('done');
    const bob = await database.member();
    expect(await database.commandsOf(bob)('add_dictionary_entry', [ENTRY])).toBe('done');
  });
});
