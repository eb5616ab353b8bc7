import { ANSWERED, NOT_FOUND } from '../../../support/good-params.ts';
import { TAKE_METHODS } from '../../../support/take-methods.ts';
import { startService } from './service.ts';

const WRITES_NOTHING = new Set(['report_active_window', ...TAKE_METHODS]);
const ALIASES: [string, string, object][] = [
  ['save_setting', 'update_setting', { key: 'a', value: 1 }],
  ['delete_voice_command', 'delete_command', { id: 1 }],
];

it('CM19 the methods are those of the contract and no others', async () => {
  await using service = await startService();
  expect(service.methods.toSorted()).toEqual(
    [...Object.keys(ANSWERED), ...Object.keys(NOT_FOUND), 'create_backup'].toSorted(),
  );
});

it('CM19 each is answered', async () => {
  await using service = await startService();
  for (const [method, params] of Object.entries(ANSWERED)) {
    const answer = await service.call(method, params);
    const isCommand = service.ledger.submissions.length > 0 || WRITES_NOTHING.has(method);
    if (isCommand) expect(answer).toMatchObject({ status: 'applied' });
    else if (method !== 'describe') expect(answer).toHaveProperty('as_of_seq', 0);
    service.ledger.submissions.length = 0;
  }
  for (const [method, params] of Object.entries(NOT_FOUND)) {
    await expect(service.call(method, params)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  }
  expect(await service.call('create_backup', { file: '/a.backup' })).toEqual({ file: '/a.backup' });
});

it.each(ALIASES)('CM19 %s and %s do the same', async (name, alias, params) => {
  await using service = await startService();
  await service.call(name, params);
  await service.call(alias, params);
  const [first, second] = service.ledger.submissions.splice(0);
  expect(second).toEqual(first);
});

it('CM2 a wrong field reaches neither handler nor ledger', async () => {
  await using service = await startService();
  await expect(service.call('delete_recording', { id: 'x' })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    details: { field: 'id' },
  });
  expect(service.ledger.submissions).toEqual([]);
});

it('CM3 every method refuses a field that it does not have', async () => {
  await using service = await startService();
  for (const [method, params] of Object.entries({ ...ANSWERED, ...NOT_FOUND })) {
    await expect(service.call(method, { ...params, nonsense: 1 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { field: 'nonsense' },
    });
  }
});

it('CM4 every method takes timeout_ms, which the transport has read already', async () => {
  await using service = await startService();
  for (const [method, params] of Object.entries(ANSWERED)) {
    await expect(service.call(method, { ...params, timeout_ms: 500 })).resolves.toBeDefined();
  }
  service.ledger.submissions.length = 0;
});
