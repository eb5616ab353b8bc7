import { NEVER, of, throwError, type Observable } from 'rxjs';
import { type Answer, IpcContext, PendingRequest } from '../../../src/infra/ipc/transport/request.ts';
import { until } from './service.ts';

/** Runs a handler that asks to be told when its answer was written, which here is never. */
async function run(handler: () => Promise<unknown>, params?: unknown) {
  const answers: Answer[] = [];
  const told: boolean[] = [];
  const context = new IpcContext('method');
  context.onAnswered((delivered) => told.push(delivered));
  const pending = new PendingRequest(context, (answer) => answers.push(answer));
  pending.run(async () => (await handler()) as Observable<unknown>, params);
  return { answers, told, pending };
}

describe('one request', () => {
  it.each([
    ['a value', () => Promise.resolve(7), { result: 7 }],
    ['the first of several values', () => Promise.resolve(of(1, 2, 3)), { result: 1 }],
    ['null for no value', () => Promise.resolve(of()), { result: null }],
    [
      'a failure in a stream',
      () => Promise.resolve(throwError(() => new TypeError('x'))),
      { error: expect.objectContaining({ code: 'INTERNAL' }) },
    ],
    ['a rejection', () => Promise.reject(new TypeError('x')), { error: expect.anything() }],
  ])('IPC10 %s is one answer', async (_, handler, expected) => {
    const { answers, told } = await run(handler);
    await until(() => answers.length > 0);
    expect(answers).toEqual([expected]);
    expect(told).toEqual([]);
  });

  it('IPC13 a result that comes after the request was given up is told to its handler', async () => {
    let finish: ((result: unknown) => void) | undefined;
    const { answers, told, pending } = await run(() => new Promise((resolve) => (finish = resolve)));
    await until(() => finish !== undefined);
    pending.giveUp('CANCELLED');
    finish?.(7);
    await until(() => told.length === 1);
    expect(told).toEqual([false]);
    expect(answers).toEqual([{ error: expect.objectContaining({ code: 'CANCELLED' }) }]);
  });

  it('IPC14 the deadline leaves the query a moment to answer NOT_YET itself', async () => {
    const started = performance.now();
    const { answers } = await run(() => Promise.resolve(NEVER), { timeout_ms: 50 });
    await until(() => answers.length > 0);
    expect(performance.now() - started).toBeGreaterThan(250);
    expect(answers).toEqual([{ error: expect.objectContaining({ code: 'DEADLINE_EXCEEDED' }) }]);
  });
});
