import * as fc from 'fast-check';
import type { ChangeBatch } from '../../../src/events/change-feed.ts';
import { changeOf } from '../../../src/events/fold.ts';
import type { RowChange } from '../../../src/events/rows.ts';
import { dictionary } from '../../../src/projections/dictionary.ts';
import type { Projection } from '../../../src/projections/projection.ts';
import { ReadModels } from '../../../src/projections/read-models.ts';
import { recordings } from '../../../src/projections/recordings.ts';
import { statistics } from '../../../src/projections/statistics.ts';
import {
  aRecording,
  aSetting,
  anEntry,
  anEvent,
  baseline,
  deeds,
  EPOCH,
  happen,
  transaction,
} from './histories.ts';

function live(batches: readonly ChangeBatch[]): ReadModels {
  const models = new ReadModels();
  models.apply(baseline(0, []));
  for (const batch of batches) models.apply(batch);
  return models;
}

function rebuilt(rows: readonly RowChange[] | undefined): string {
  const models = new ReadModels();
  models.apply(baseline(0, rows ?? []));
  return models.fingerprint();
}

describe('read models over random histories', () => {
  it('PJ1 what was followed live equals what is rebuilt from the rows at the end', () => {
    fc.assert(
      fc.property(deeds, (transactions) => {
        const { batches, states } = happen(transactions);
        expect(live(batches).fingerprint()).toBe(rebuilt(states.at(-1)));
      }),
    );
  });

  it('PJ2 the order of changes within a transaction makes no difference', () => {
    const shuffled = deeds.chain((transactions) => {
      const { batches } = happen(transactions);
      const orders = batches.map(({ changes }) =>
        fc.shuffledSubarray([...changes], { minLength: changes.length }),
      );
      return fc.tuple(fc.constant(batches), fc.tuple(...orders));
    });
    fc.assert(
      fc.property(shuffled, ([batches, orders]) => {
        const permuted = batches.map((batch, index) => ({ ...batch, changes: orders[index] ?? [] }));
        expect(live(permuted).fingerprint()).toBe(live(batches).fingerprint());
      }),
    );
  });

  it('PJ3 a batch that comes again changes nothing, however late', () => {
    fc.assert(
      fc.property(deeds, fc.infiniteStream(fc.nat()), (transactions, random) => {
        const { batches } = happen(transactions);
        const stuttering = batches.flatMap((batch, index) => [
          batch,
          batches[random.next().value % (index + 1)] as ChangeBatch,
          batch,
        ]);
        expect(live(stuttering).fingerprint()).toBe(live(batches).fingerprint());
      }),
    );
  });

  it('PJ4 a baseline leads from any state to any other, also back to before a lost tail', () => {
    fc.assert(
      fc.property(deeds, fc.nat(), (transactions, anywhere) => {
        const { batches, states } = happen(transactions);
        const to = anywhere % states.length;
        const models = live(batches);
        models.apply(baseline(batches[to - 1]?.seq ?? 0, difference(states.at(-1), states[to])));
        expect(models.fingerprint()).toBe(rebuilt(states[to]));
        expect(models.seq).toBe(batches[to - 1]?.seq ?? 0);

        for (const batch of batches.slice(to)) models.apply(batch);
        expect(models.fingerprint()).toBe(rebuilt(states.at(-1)));
      }),
    );
  });

  it('PJ5 folding the event log gives the same read models as the row changes', () => {
    fc.assert(
      fc.property(deeds, (transactions) => {
        const { events, states } = happen(transactions);
        const models = new ReadModels();
        models.apply(baseline(0, []));
        for (const event of events) {
          const id = event.area === 'settings' ? event.entity_id : Number(event.entity_id);
          const change = changeOf(event, models.row(event.area, id));
          models.apply(transaction(event.seq, [change], [event]));
        }
        expect(models.fingerprint()).toBe(rebuilt(states.at(-1)));
      }),
    );
  });
});

function difference(from: readonly RowChange[] = [], to: readonly RowChange[] = []): RowChange[] {
  const at = ({ area, after }: RowChange) =>
    JSON.stringify([area, after && ('id' in after ? after.id : after.key)]);
  const before = new Map(from.map((change) => [at(change), change]));
  const after = new Map(to.map((change) => [at(change), change]));
  return [...new Set([...before.keys(), ...after.keys()])].map(
    (key) =>
      ({
        area: (before.get(key) ?? after.get(key))?.area,
        before: before.get(key)?.after,
        after: after.get(key)?.after,
      }) as RowChange,
  );
}

describe('what a batch brings', () => {
  it('PJ3 events of a batch that comes again are not told again', () => {
    const batch = transaction(1, [{ area: 'recordings', after: aRecording({ id: 1 }) }], [anEvent(1)]);
    const models = live([]);
    expect(models.apply(batch)).toMatchObject({ events: [{ seq: 1 }], areas: new Set(['recordings']) });
    expect(models.apply(batch)).toEqual({ events: [], areas: new Set(), failures: [] });
  });

  it('PJ6 a transaction before the first baseline, or of another epoch, is refused', () => {
    const change: RowChange = { area: 'recordings', after: aRecording({ id: 1 }) };
    const models = new ReadModels();
    expect(models.apply(transaction(1, [change]))).toBeUndefined();
    expect(models).toMatchObject({ epoch: '', seq: 0, stale: true });

    models.apply(baseline(5, [], 'e2'));
    expect(models.apply(transaction(6, [change]))).toBeUndefined();
    expect(models).toMatchObject({ epoch: 'e2', seq: 5, stale: false });
    expect(models.read(recordings).size).toBe(0);
  });

  it('PJ6 the baseline of a new epoch replaces everything and may have a lower seq', () => {
    const old = aRecording({ id: 1 });
    const models = live([transaction(9, [{ area: 'recordings', after: old }], [anEvent(9)])]);
    const applied = models.apply({
      ...baseline(2, [{ area: 'recordings', before: old, after: { ...old, seq: 2 } }], 'e2'),
      events: [anEvent(1), anEvent(2)],
    });
    expect(applied?.events.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(models).toMatchObject({ epoch: 'e2', seq: 2 });
  });

  it('PJ7 a projection that throws stops by itself, is named, and answers no more; the others go on', () => {
    const brittle: Projection<object> = {
      name: 'brittle',
      version: 3,
      initial: () => ({}),
      apply: (_state, change) => {
        if (change.area === 'settings') throw new TypeError('dear diary');
      },
      view: () => ({}),
      content: () => [],
    };
    const models = new ReadModels([statistics, brittle]);
    models.apply(baseline(4, [{ area: 'recordings', after: aRecording({ id: 1 }) }]));
    const applied = models.apply(transaction(5, [{ area: 'settings', after: aSetting('theme', 'dark', 5) }]));

    expect(applied?.failures).toEqual([{ name: 'brittle', cause: expect.any(TypeError) }]);
    expect(models.describe()).toContainEqual({ name: 'brittle', version: 3, seq: 4, failed: 'TypeError' });
    expect(models.describe()).toContainEqual({ name: 'settings', version: 1, seq: 5 });
    expect(models.row('settings', 'theme')?.value).toBe('dark');
    expect(() => models.read(brittle)).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
    expect(Object.keys(models.snapshot())).not.toContain('brittle');
    expect(models.apply(transaction(6, []))?.failures).toEqual([]);
  });

  it('PJ8 a snapshot holds, by name, what each query answers without arguments', () => {
    const models = live([
      transaction(3, [
        { area: 'settings', after: aSetting('__proto__', { dark: true }) },
        { area: 'dictionary', after: anEntry({ id: 2 }) },
        { area: 'recordings', after: aRecording({ id: 1, transcription: 'two words' }) },
      ]),
    ]);
    expect(JSON.parse(JSON.stringify(models.snapshot()))).toEqual({
      recordings: {
        recordings: [aRecording({ id: 1, transcription: 'two words' })],
        total_count: 1,
        has_more: false,
        cursor: null,
      },
      settings: { settings: JSON.parse('{"__proto__": {"dark": true}}') },
      dictionary: { entries: [anEntry({ id: 2 })], total_count: 1 },
      voice_commands: { commands: [], total_count: 0 },
      window_contexts: { contexts: [], total_count: 0 },
      statistics: {
        days: [{ day: '2026-05-01', takes: 1, minutes: 1, words: 2 }],
        total: { takes: 1, minutes: 1, words: 2 },
      },
    });
  });

  it('PJ9 an answer already given does not change when the read models do', () => {
    const models = live([transaction(1, [{ area: 'dictionary', after: anEntry({ id: 1 }) }])]);
    const given = dictionary.view(models.read(dictionary));
    models.apply(transaction(2, [{ area: 'dictionary', after: anEntry({ id: 2 }) }]));
    expect(given.entries).toHaveLength(1);
  });
});

describe('waiting for a seq', () => {
  it('PJ10 who waits for a seq goes on as soon as it is there', async () => {
    const models = live([]);
    const waits = [models.waitFor(1, 60_000), models.waitFor(2, 60_000)];
    models.apply(transaction(1, [], [anEvent(1)]));
    await waits[0];
    models.apply({
      kind: 'transaction',
      epoch: EPOCH,
      seq: 3,
      changes: [],
      events: [anEvent(2), anEvent(3)],
    });
    await Promise.all([...waits, models.waitFor(3, 0)]);
  });

  it('PJ10 who waits in vain gets NOT_YET with both seqs, at once when the time is 0', async () => {
    const models = live([transaction(7, [])]);
    const notYet = { code: 'NOT_YET', details: { seq: 8, as_of_seq: 7 } };
    await expect(models.waitFor(8, 5)).rejects.toMatchObject(notYet);
    await expect(models.waitFor(8, 0)).rejects.toMatchObject(notYet);
  });

  it('PJ10 closing refuses whoever still waits', async () => {
    const models = live([]);
    const wait = expect(models.waitFor(1, 60_000)).rejects.toMatchObject({ code: 'NOT_YET' });
    models.close();
    await wait;
  });
});
