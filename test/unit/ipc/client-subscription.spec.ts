import { ClientSubscription, type Gap } from '../../../src/infra/ipc/client/client-subscription.ts';

const event = (seq?: number) => ({
  subscription: 1,
  ...(seq !== undefined && { seq }),
  type: 'x',
  occurred_at: 'now',
  payload: {},
});

function subscription(options: ConstructorParameters<typeof ClientSubscription>[0]) {
  const gaps: Gap[] = [];
  const seen: unknown[] = [];
  const made = new ClientSubscription(
    options,
    ({ seq }) => seen.push(seq),
    (gap) => gaps.push(gap),
  );
  return { made, gaps, seen };
}

describe('position of a client subscription', () => {
  it('IPC25 it resumes after the last event, with its filters and without the snapshot', () => {
    const { made, gaps } = subscription({ types: ['setting_updated'], snapshot: true });
    expect(made.params()).toEqual({ types: ['setting_updated'], snapshot: true });
    made.opened({ subscription: 1, epoch: 'e', seq: 4, snapshot: {} });
    expect(made.params()).toEqual({ types: ['setting_updated'], epoch: 'e', from_seq: 5 });
    made.event(event(9));
    made.event(event());
    expect(made.params()).toEqual({ types: ['setting_updated'], epoch: 'e', from_seq: 10 });
    made.opened({ subscription: 2, epoch: 'e', seq: 12 });
    expect(made.next).toBe(10);
    expect(gaps).toEqual([]);
    made.opened({ subscription: 3, epoch: 'f', seq: 2, gap: true });
    expect(made.params()).toMatchObject({ epoch: 'f', from_seq: 3 });
    expect(gaps).toEqual([{ epoch: 'f', seq: 2 }]);
  });

  it('IPC25 a replay that was cut off before its first event begins again where it was to begin', () => {
    const { made } = subscription({ from_seq: 3, epoch: 'e' });
    made.opened({ subscription: 1, epoch: 'e', seq: 20 });
    expect(made.params()).toEqual({ epoch: 'e', from_seq: 3 });
  });

  it('IPC25 begun while the service did not know its history, it resumes from what it has seen, or tells a gap', () => {
    const { made, gaps } = subscription({});
    made.opened({ subscription: 1, epoch: '', seq: 0 });
    expect(made.params()).toEqual({});
    made.opened({ subscription: 2, epoch: 'e', seq: 7 });
    expect(gaps).toEqual([{ epoch: 'e', seq: 7 }]);
    const other = subscription({});
    other.made.opened({ subscription: 1, epoch: '', seq: 0 });
    other.made.event(event(5));
    expect(other.made.params()).toEqual({ from_seq: 6 });
    other.made.opened({ subscription: 2, epoch: 'e', seq: 7 });
    expect(other.gaps).toEqual([]);
    expect(other.made.params()).toEqual({ epoch: 'e', from_seq: 6 });
  });
});
