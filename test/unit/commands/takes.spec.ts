import type { Type } from '@nestjs/common';
import type { CommandMessage } from '../../../src/commands/command.ts';
import { CancelRecording, CancelRecordingHandler } from '../../../src/commands/takes/cancel-recording.ts';

import { PressHotkey, PressHotkeyHandler } from '../../../src/commands/takes/press-hotkey.ts';
import { ReleaseHotkey, ReleaseHotkeyHandler } from '../../../src/commands/takes/release-hotkey.ts';
import {
  ResolveAmbiguousCommand,
  ResolveAmbiguousCommandHandler,
} from '../../../src/commands/takes/resolve-ambiguous-command.ts';
import { StartRecording, StartRecordingHandler } from '../../../src/commands/takes/start-recording.ts';
import type { Takes, TakeStatus } from '../../../src/commands/takes/takes.ts';
import { StopRecording, StopRecordingHandler } from '../../../src/commands/takes/stop-recording.ts';
import { ToggleRecording, ToggleRecordingHandler } from '../../../src/commands/takes/toggle-recording.ts';
import {
  TranscribeRecording,
  TranscribeRecordingHandler,
} from '../../../src/commands/takes/transcribe-recording.ts';
import { refusalOf, toMessage } from './support.ts';

interface Case {
  message: Type<CommandMessage>;
  handler: new (takes: Takes) => { execute(command: CommandMessage): Promise<unknown> };
  params: object;
  /** What is asked of the takes, with its arguments. */
  asks: unknown[];
  wrong: [field: string, value: unknown][];
}

const ID = '0c9d1c4e-6a0e-4c1e-9a3e-0d8b1b7a2f10';
const CASES: Case[] = [
  {
    message: StartRecording,
    handler: StartRecordingHandler,
    params: { device: 'USB', mode: 'push_to_talk' },
    asks: ['start', { device: 'USB', mode: 'push_to_talk' }],
    wrong: [
      ['mode', 'sometimes'],
      ['device', ''],
    ],
  },
  {
    message: StartRecording,
    handler: StartRecordingHandler,
    params: {},
    asks: ['start', { device: null, mode: null }],
    wrong: [],
  },
  { message: StopRecording, handler: StopRecordingHandler, params: {}, asks: ['stop'], wrong: [] },
  { message: ToggleRecording, handler: ToggleRecordingHandler, params: {}, asks: ['toggle'], wrong: [] },
  { message: CancelRecording, handler: CancelRecordingHandler, params: {}, asks: ['cancel'], wrong: [] },
  {
    message: PressHotkey,
    handler: PressHotkeyHandler,
    params: { at: 12 },
    asks: ['press', 12],
    wrong: [['at', -1]],
  },
  {
    message: ReleaseHotkey,
    handler: ReleaseHotkeyHandler,
    params: {},
    asks: ['release', null],
    wrong: [['at', 'now']],
  },
  {
    message: TranscribeRecording,
    handler: TranscribeRecordingHandler,
    params: { id: 3 },
    asks: ['transcribe', 3, null],
    wrong: [
      ['id', 0],
      ['model', 7],
    ],
  },
  {
    message: ResolveAmbiguousCommand,
    handler: ResolveAmbiguousCommandHandler,
    params: { id: 4 },
    asks: ['resolve', 4],
    wrong: [['id', '4']],
  },
];

/** Remembers what it was asked. */
function listeningTakes(): { takes: Takes; asked: unknown[][] } {
  const asked: unknown[][] = [];
  const ask =
    (name: string) =>
    (...args: unknown[]): Promise<TakeStatus> => {
      asked.push([name, ...args]);
      return Promise.resolve({ state: 'idle', take: null, file_path: null });
    };
  const takes = {
    start: ask('start'),
    stop: ask('stop'),
    toggle: ask('toggle'),
    cancel: ask('cancel'),
    press: ask('press'),
    release: ask('release'),
    transcribe: ask('transcribe'),
    resolve: ask('resolve'),
  };
  return { takes, asked };
}

describe('commands about takes', () => {
  it.each(CASES)(
    'CM24 $message.name asks $asks and writes nothing',
    async ({ message, handler, params, asks }) => {
      const { takes, asked } = listeningTakes();
      const answer = await new handler(takes).execute(toMessage(message, { ...params, command_id: ID }));
      expect(asked).toEqual([asks]);
      const result = { state: 'idle', take: null, file_path: null };
      expect(answer).toEqual({ status: 'applied', command_id: ID, seq: 0, result });
    },
  );

  it.each(
    CASES.flatMap(({ message, params, wrong }) =>
      wrong.map(([field, value]) => ({ message, params, field, value })),
    ),
  )('CM24 $message.name refuses the $field $value by name', ({ message, params, field, value }) => {
    const refusal = refusalOf(() => toMessage(message, { ...params, [field]: value }));
    expect(refusal).toMatchObject({ code: 'INVALID_ARGUMENT', details: { field } });
  });
});
