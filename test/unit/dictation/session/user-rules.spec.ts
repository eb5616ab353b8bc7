import type { EventBus } from '@nestjs/cqrs';
import type { ActionRunner } from '../../../../src/dictation/ports/action-runner.ts';
import { UserRules } from '../../../../src/dictation/session/user-rules.ts';
import { ReadModels } from '../../../../src/projections/read-models.ts';
import { until } from '../../../support/connection-harness.ts';
import { Published } from '../../../support/published.ts';
import { command } from '../rules/text/rows.ts';

const THROWING: [string, ActionRunner['run']][] = [
  ['rejects', () => Promise.reject(new TypeError('open the pod bay doors'))],
  [
    'throws at once',
    () => {
      throw new TypeError('open the pod bay doors');
    },
  ],
];

describe('actions of voice commands', () => {
  it.each(THROWING)('ACT5 a runner that %s fails its command and nothing else', async (_how, run) => {
    const events = new Published();
    const rules = new UserRules(new ReadModels(), { run }, events as unknown as EventBus);
    const match = { command: command(1, 'open the calculator'), confidence: 1, parameters: {} };
    rules.carryOut('open the calculator', { kind: 'matched', ...match });
    await until(() => events.of('command_failed').length > 0, 'the failure');
    expect(events.of('command_failed')).toEqual([
      {
        voice_command_id: 1,
        phrase: 'open the calculator',
        code: 'EXECUTION_ERROR',
        message: 'The runner of voice commands failed.',
      },
    ]);
    expect(events.of('command_executed')).toEqual([]);
  });
});
