import * as fc from 'fast-check';
import { AREAS } from '../../../src/events/areas.ts';
import type { AreaRows, RowChange } from '../../../src/events/rows.ts';
import type { Area } from '../../../src/events/areas.ts';
import type { KeyedRow } from '../../../src/infra/database/connection/remote-module.ts';
import { RowMirror } from '../../../src/infra/database/connection/memory.ts';
import { OrderedRows } from '../../../src/projections/row-projection.ts';
import type { Projection } from '../../../src/projections/projection.ts';
import { ReadModels } from '../../../src/projections/read-models.ts';
import { pageOfRecordings, recordings } from '../../../src/projections/recordings.ts';
import type { CapturedModels, RowPage, Snapshot } from '../../../src/projections/snapshot.ts';
import { statistics } from '../../../src/projections/statistics.ts';
import { aRecording, aSetting, baseline, deeds, EPOCH, happen, transaction } from './histories.ts';

const PAGE = 3;

/** What was captured as it comes back from a disk, and the names of the pages that were read. */
function asSaved({ epoch, seq, contents }: CapturedModels): Snapshot & { read: string[] } {
  const read: string[] = [];
  const pages = (name: string, content: readonly unknown[]): RowPage[] =>
    Array.from({ length: Math.ceil(content.length / PAGE) }, (_, index) => {
      const text = JSON.stringify(content.slice(index * PAGE, (index + 1) * PAGE));
      let rows: unknown[] | undefined;
      return {
        count: (JSON.parse(text) as unknown[]).length,
        rows: () => {
          if (rows === undefined) read.push(`${name} ${index}`);
          return (rows ??= JSON.parse(text) as unknown[]);
        },
      };
    });
  const paged = Object.entries(contents).map(([name, content]) => [name, pages(name, content)] as const);
  return { epoch, seq, contents: Object.fromEntries(paged), loaded: Promise.resolve(), read };
}

function rebuilt(seq: number, state: readonly RowChange[], epoch = EPOCH): ReadModels {
  const models = new ReadModels();
  models.apply(baseline(seq, state, epoch));
  return models;
}

function restored(snapshot: Snapshot): ReadModels {
  const models = new ReadModels();
  models.restore(snapshot);
  return models;
}

/** What a connection that was told the snapshot finds different in the engine. */
function differences(snapshot: Snapshot, engine: readonly RowChange[]): RowChange[] {
  const mirror = new RowMirror();
  return AREAS.flatMap((area) => {
    const rows = (snapshot.contents[area] ?? []).flatMap((page) => page.rows());
    mirror.recall(area, rows as AreaRows[Area][]);
    const own = engine.filter((change) => change.area === area);
    return mirror.diff(
      area,
      own.map(({ after }) => structuredClone(after) as unknown as KeyedRow),
    );
  });
}

describe('a snapshot of the read models', () => {
  it('PJ17 restored read models hold what was captured, and are stale until a baseline comes', () => {
    fc.assert(
      fc.property(deeds, (transactions) => {
        const { batches, states } = happen(transactions);
        const seq = batches.at(-1)?.seq ?? 0;
        const saved = rebuilt(seq, states.at(-1)!);
        const models = restored(asSaved(saved.capture()!));
        expect(models).toMatchObject({ epoch: EPOCH, seq, stale: true });
        expect(models.snapshot()).toEqual(JSON.parse(JSON.stringify(saved.snapshot())));
        expect(models.fingerprint()).toBe(saved.fingerprint());
        models.apply(baseline(seq, []));
        expect(models).toMatchObject({ epoch: EPOCH, seq, stale: false });
        expect(models.fingerprint()).toBe(saved.fingerprint());
      }),
    );
  });

  it('PJ17 what was captured does not change when the read models do', () => {
    const models = rebuilt(1, [{ area: 'recordings', after: aRecording({ id: 1 }) }]);
    const captured = models.capture()!;
    const before = JSON.stringify(captured);
    models.apply(transaction(2, [{ area: 'recordings', after: aRecording({ id: 1, transcription: 'a' }) }]));
    models.apply(transaction(3, [{ area: 'recordings', after: aRecording({ id: 2 }) }]));
    expect(JSON.stringify(captured)).toBe(before);
  });

  it('PJ18 nothing is captured while stale, or without a projection that has stopped', () => {
    const brittle: Projection<object> = {
      name: 'brittle',
      version: 1,
      initial: () => ({}),
      apply: () => {
        throw new TypeError('no');
      },
      view: () => ({}),
      content: () => [],
    };
    const models = new ReadModels([statistics, brittle]);
    expect(models.capture()).toBeUndefined();
    models.apply(baseline(1, []));
    expect(models.capture()).toBeDefined();
    models.apply(transaction(2, [{ area: 'settings', after: aSetting('theme', 'dark') }]));
    expect(models.capture()).toBeUndefined();
  });

  it('PJ19 a page is read when a row of it is needed, and once', () => {
    const rows = Array.from({ length: 100 }, (_, index) => aRecording({ id: index + 1 }));
    const saved = rebuilt(
      100,
      rows.map((after) => ({ area: 'recordings' as const, after })),
    );
    const snapshot = asSaved(saved.capture()!);
    const models = restored(snapshot);
    expect(snapshot.read).toEqual([]);
    const page = pageOfRecordings(models.read(recordings), { limit: 4 });
    expect(page.recordings).toEqual(rows.slice(-4).toReversed());
    expect(page.total_count).toBe(100);
    expect(snapshot.read).toEqual(['recordings 32', 'recordings 33']);
    expect(models.row('recordings', 50)).toEqual(rows[49]);
    expect(snapshot.read.length).toBeLessThan(10);
    models.fingerprint();
    expect(snapshot.read.filter((name) => name.startsWith('recordings')).sort()).toEqual(
      Array.from({ length: 34 }, (_, index) => `recordings ${index}`).sort(),
    );
  });

  it('PJ20 a transaction is refused before the baseline, even of the same epoch', () => {
    const models = restored(asSaved(rebuilt(5, []).capture()!));
    expect(models.apply(transaction(6, []))).toBeUndefined();
    expect(models).toMatchObject({ seq: 5, stale: true });
  });

  it('PJ21 after the first baseline they equal rebuilt ones, whatever the snapshot and the engine hold', () => {
    const place = fc.nat({ max: 1_000 });
    fc.assert(
      fc.property(deeds, deeds, place, place, fc.boolean(), (own, others, saved, now, isOther) => {
        const history = happen(own);
        const [at, engine] = [history, isOther ? happen(others) : history];
        const from = saved % at.states.length;
        const to = now % engine.states.length;
        const seqOf = (of: typeof history, index: number) => of.batches[index - 1]?.seq ?? 0;
        const snapshot = asSaved(rebuilt(seqOf(at, from), at.states[from]!).capture()!);
        const models = restored(snapshot);
        const epoch = isOther ? 'e2' : EPOCH;
        const seq = seqOf(engine, to);
        const events = isOther
          ? []
          : engine.events.filter((event) => event.seq > models.seq && event.seq <= seq);
        const changes = differences(snapshot, engine.states[to]!);
        const applied = models.apply({ kind: 'baseline', epoch, seq, changes, events });
        expect(applied?.events).toEqual(events);
        expect(models).toMatchObject({ epoch, seq, stale: false });
        expect(models.fingerprint()).toBe(rebuilt(seq, engine.states[to]!, epoch).fingerprint());
        for (const batch of engine.batches.slice(to)) models.apply({ ...batch, epoch });
        const end = rebuilt(seqOf(engine, engine.states.length - 1), engine.states.at(-1)!, epoch);
        expect(models.fingerprint()).toBe(end.fingerprint());
      }),
      { numRuns: 300 },
    );
  });

  it('PJ21 rows of equal seqs whose contents differ are differences', () => {
    const snapshot = asSaved(rebuilt(1, [{ area: 'settings', after: aSetting('a', { b: [1] }) }]).capture()!);
    const other = aSetting('a', { b: [2] });
    expect(differences(snapshot, [{ area: 'settings', after: other }])).toEqual([
      { area: 'settings', before: aSetting('a', { b: [1] }), after: other },
    ]);
    expect(differences(snapshot, [{ area: 'settings', after: aSetting('a', { b: [1] }) }])).toEqual([]);
  });

  it('PJ11 rows that come from pages stay in order and unique, whatever comes and goes', () => {
    const step = fc.record({ key: fc.integer({ min: 0, max: 30 }), value: fc.nat(), removes: fc.boolean() });
    const first = fc.uniqueArray(fc.integer({ min: 0, max: 30 }));
    fc.assert(
      fc.property(first, fc.array(step, { maxLength: 30 }), (keys, steps) => {
        const given = keys.toSorted((a, b) => a - b).map((key) => ({ key, value: -1 }));
        const pages = Array.from({ length: Math.ceil(given.length / PAGE) }, (_, index) => {
          const rows = given.slice(index * PAGE, (index + 1) * PAGE);
          return { count: rows.length, rows: () => rows };
        });
        const rows = new OrderedRows((row: { key: number; value: number }) => row.key, pages);
        const expected = new Map(given.map(({ key, value }) => [key, value]));
        for (const { key, value, removes } of steps) {
          if (removes) rows.remove(key);
          else rows.put({ key, value });
          if (removes) expected.delete(key);
          else expected.set(key, value);
          expect(rows.get(key)?.value).toBe(expected.get(key));
          expect(rows.size).toBe(expected.size);
        }
        const sorted = [...expected].sort(([a], [b]) => a - b).map(([key, value]) => ({ key, value }));
        expect(rows.slice(1, 4)).toEqual(sorted.slice(1, 4));
        expect(rows.all).toEqual(sorted);
      }),
    );
  });
});
