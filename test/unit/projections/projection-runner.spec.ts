import { EventsHandler } from '@nestjs/cqrs';
import { SyncCompleteEvent } from '../../../src/events/live-event.ts';
import { TransactionProjected } from '../../../src/projections/projection-runner.ts';
import { openReadSide } from '../queries/read-side.ts';
import { aRecording, aSetting, anEvent, baseline, EPOCH, transaction } from './histories.ts';

@EventsHandler(SyncCompleteEvent, TransactionProjected)
class Failing {
  handle(): void {
    throw new TypeError('dear diary');
  }
}

@EventsHandler(SyncCompleteEvent, TransactionProjected)
class Working {
  static readonly handled: object[] = [];

  handle(event: object): void {
    Working.handled.push(event);
  }
}

describe('the projection runner', () => {
  it('PJ14 a transaction is in the read models when the feed has told it, and is published once', async () => {
    await using side = await openReadSide();
    const event = anEvent(1);
    const batch = transaction(
      1,
      [
        { area: 'recordings', after: aRecording({ id: 1 }) },
        { area: 'settings', after: aSetting('last_take', 1) },
      ],
      [event],
    );
    side.feed.bring(baseline(0, []));
    side.feed.bring(batch);
    expect(side.models.row('recordings', 1)).toBeDefined();
    side.feed.bring(batch);
    side.feed.bring(transaction(1, []));
    expect(side.published).toEqual([
      new SyncCompleteEvent({ epoch: EPOCH, seq: 0 }),
      new TransactionProjected([event], new Set(['recordings', 'settings'])),
    ]);
  });

  it('PJ14 a baseline tells what changed while away, then that it is applied', async () => {
    await using side = await openReadSide();
    const event = anEvent(8);
    side.feed.bring({
      ...baseline(8, [{ area: 'recordings', after: aRecording({ id: 1 }) }]),
      events: [event],
    });
    expect(side.published).toEqual([
      new TransactionProjected([event], new Set(['recordings'])),
      new SyncCompleteEvent({ epoch: EPOCH, seq: 8 }),
    ]);
  });

  it('PJ15 nothing that goes wrong while publishing reaches the feed', async () => {
    await using side = await openReadSide();
    side.eventBus.publisher = {
      publish: () => {
        throw new TypeError('dear diary');
      },
    };
    side.feed.bring(baseline(0, []));
    side.feed.bring(transaction(1, [{ area: 'recordings', after: aRecording({ id: 1 }) }]));
    expect(side.models.seq).toBe(1);
    const log = side.logged.join('\n');
    expect(log).toContain('Publishing TransactionProjected failed at seq 1 TypeError\n    at ');
    expect(log).not.toContain('dear diary');
  });

  it('PJ15 a handler that fails disturbs neither the feed nor the other handlers', async () => {
    await using side = await openReadSide([Failing, Working]);
    side.feed.bring(baseline(0, []));
    side.feed.bring(transaction(1, [{ area: 'recordings', after: aRecording({ id: 1 }) }]));
    expect(Working.handled).toEqual([...side.published]);
    expect(side.published).toHaveLength(2);
    expect(side.models.seq).toBe(1);
  });

  it('PJ15 a transaction out of turn is left out without an exception', async () => {
    await using side = await openReadSide();
    side.feed.bring(transaction(1, [{ area: 'recordings', after: aRecording({ id: 1 }) }]));
    expect(side.models.seq).toBe(0);
    expect(side.published).toEqual([]);
    expect(side.logged.join('\n')).toContain('out of turn: seq 1, read models at 0');
  });

  it('PJ16 closing ends the subscription and refuses whoever waits', async () => {
    const side = await openReadSide();
    const wait = expect(side.models.waitFor(1, 60_000)).rejects.toMatchObject({ code: 'NOT_YET' });
    await side[Symbol.asyncDispose]();
    await wait;
    expect(side.feed.listeners.size).toBe(0);
  });
});
