import { actionOf, actionProblem } from '../../../../../src/dictation/rules/text/action.ts';
import type { VoiceAction } from '../../../../../src/events/voice-command-events.ts';

const open = (app: unknown, more: object = {}): VoiceAction => ({
  type: 'open_app',
  payload: { app, ...more },
});
const type = (text: unknown, more: object = {}): VoiceAction => ({
  type: 'type_text',
  payload: { text, ...more },
});

describe('an action', () => {
  it('TXT14 has the parameters where its payload names them (upstream defect 9)', () => {
    const payload = { text: 'Dear {name}, {other} $& {name}', deep: [{ to: '{ name }' }], delay_ms: 5 };
    const filled = actionOf({ action_type: 'type_text', action_payload: payload }, { name: '$1 {name}' });
    expect(filled).toEqual({
      type: 'type_text',
      payload: {
        name: '$1 {name}',
        text: 'Dear $1 {name}, {other} $& $1 {name}',
        deep: [{ to: '$1 {name}' }],
        delay_ms: 5,
      },
    });
  });

  it('TXT14 has parameters that its payload has no field for', () => {
    expect(
      actionOf({ action_type: 'open_app', action_payload: null }, { app: 'Calculator' }).payload,
    ).toEqual({
      app: 'Calculator',
    });
    const fixed = actionOf(
      { action_type: 'open_app', action_payload: { app: 'Mail' } },
      { app: 'Calculator' },
    );
    expect(fixed.payload).toEqual({ app: 'Mail' });
  });

  it.each([
    open('Calculator'),
    open('Visual Studio Code', { close: true }),
    open('org.gnome.Calculator'),
    open('Übersicht 2.0'),
    type('x', { delay_ms: 0 }),
    type('rm -rf / ; $(echo)\n'),
    { type: 'custom', payload: { anything: '|' } } as const,
    { type: 'system_control', payload: {} } as const,
  ])('TXT15 may be run: %j', (action) => {
    expect(actionProblem(action)).toBeUndefined();
  });

  it.each<[VoiceAction, string, string]>([
    ...[
      'a/b',
      '../x',
      'a..b',
      'a\0b',
      'a\\b',
      'a`b',
      'a$b',
      'a;b',
      'a|b',
      'a&b',
      'a\nb',
      '--new',
      ' ',
      '',
      7,
      null,
    ].map((app): [VoiceAction, string, string] => [open(app), 'INVALID_APP_NAME', 'app']),
    [open('x'.repeat(257)), 'INVALID_APP_NAME', 'app'],
    [open(undefined), 'MISSING_PARAM', 'app'],
    [open('x', { close: 'yes' }), 'INVALID_PARAMETER', 'close'],
    [type(undefined), 'MISSING_PARAM', 'text'],
    [type(''), 'INVALID_PARAMETER', 'text'],
    [type(3), 'INVALID_PARAMETER', 'text'],
    [type('a\0'), 'INVALID_PARAMETER', 'text'],
    [type('a', { delay_ms: -1 }), 'INVALID_PARAMETER', 'delay_ms'],
    [type('a', { delay_ms: 1.5 }), 'INVALID_PARAMETER', 'delay_ms'],
    [type('a', { delay_ms: 1_001 }), 'INVALID_PARAMETER', 'delay_ms'],
    [type('a', { delay_ms: '5' }), 'INVALID_PARAMETER', 'delay_ms'],
  ])('TXT15 is refused: %j is %s of %s', (action, error_code, field) => {
    expect(actionProblem(action)).toMatchObject({ error_code, field: `action_payload.${field}` });
  });
});
