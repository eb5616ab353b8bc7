import { assert, nat, property, string } from 'fast-check';
import { checkNode } from '../../../src/cli/doctor-needs.ts';
import { barLine } from '../../../src/cli/progress.ts';
import { clockText, duration, rows } from '../../../src/cli/status.ts';
import { line } from '../../../src/cli/tail.ts';
import { printable } from '../../../src/cli/terminal.ts';

const event = {
  subscription: 1,
  seq: 7,
  type: 'setting_updated',
  area: 'settings',
  entity_id: 'a',
  occurred_at: '2030-01-02T03:04:05.678Z',
  payload: { value: 'x' },
};

describe('what people see', () => {
  it('CLI23 nothing that comes from the service can steer the terminal', () => {
    assert(
      property(string({ unit: 'binary' }), (text) => {
        const shown = [printable(text), line({ ...event, entity_id: text, payload: { text } })].join('');
        // oxlint-disable-next-line no-control-regex
        expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      }),
    );
  });

  it('CLI23 an event is one line: time, seq, type, what it is about, and the beginning of its payload', () => {
    expect(line(event)).toBe('2030-01-02T03:04:05.678Z      7  setting_updated settings/a  {"value":"x"}');
    expect(line({ ...event, payload: { value: 'x'.repeat(500) } }).length).toBeLessThan(250);
    const { type, occurred_at, payload, subscription } = event;
    expect(line({ subscription, type, occurred_at, payload })).toBe(
      '2030-01-02T03:04:05.678Z      -  setting_updated  {"value":"x"}',
    );
  });

  it('CLI18 the bar never wraps, however narrow the terminal is', () => {
    assert(
      property(nat(400), nat(400), nat(200), (done, more, columns) => {
        const progress = { step: 'Compiling', subject: 'spacetimedb-core', done, total: done + more };
        expect(barLine(progress, columns).length).toBeLessThanOrEqual(Math.max(0, columns - 1));
      }),
    );
    expect(barLine({ step: 'Compiling', subject: 'serde', done: 200, total: 400 })).toBe(
      `[${'='.repeat(15)}${' '.repeat(15)}] 200/400 Compiling serde`,
    );
  });

  it('CLI9 the table says why an engine failed and where a read model stopped', () => {
    const report = {
      pid: 1,
      version: '1.0.0',
      instance_id: 'i',
      started_at: '2030-01-01T00:00:00.000Z',
      epoch: '',
      last_seq: 0,
      synced: false,
      engine: { kind: 'sidecar', state: 'failed', cause: 'No server was found.' },
      connection: {
        state: 'degraded' as const,
        cause: 'The server ended by SIGKILL.',
        since: '2030-01-01T02:04:00.000Z',
      },
      queue: { pending: 0, dead: 0 },
      backup: { last_at: null, error: 'The disk is full.' },
      clock: { state: 'jumped' as const, at: '2030-01-01T02:02:00.000Z', by_ms: -7_200_000 },
      projections: [{ name: 'recordings', version: 1, seq: 3, failed: 'TypeError' }],
      clients: 1,
    };
    const shown = rows(report, Date.parse('2030-01-01T02:05:00.000Z'));
    expect(shown).toEqual(
      expect.arrayContaining([
        ['since', '2030-01-01T00:00:00.000Z (2 h 5 min)'],
        ['engine', 'sidecar, failed'],
        ['', 'No server was found.'],
        [
          'connection',
          'lost repeatedly; reads are answered, writes wait in the queue, attempts come more slowly, for 1 min',
        ],
        ['', 'The server ended by SIGKILL.'],
        ['history', 'seq 0, epoch (not known yet)'],
        ['backup', 'no automatic backup yet'],
        ['', 'The disk is full.'],
        ['  recordings', 'version 1, seq 3, stopped by TypeError'],
      ]),
    );
  });

  it('CLK4 what happened to the clock is said in words', () => {
    const now = Date.parse('2030-01-01T02:05:00.000Z');
    const at = '2030-01-01T02:02:00.000Z';
    expect(clockText({ state: 'steady' }, now)).toBe('steady');
    expect(clockText({ state: 'slept', at, by_ms: 7_500_000 }, now)).toBe(
      `the computer slept for 2 h 5 min and woke ${at} (3 min ago); the engine and the backup were checked`,
    );
    expect(clockText({ state: 'jumped', at, by_ms: -7_199_991 }, now)).toBe(
      `set back by 2 h 0 min ${at} (3 min ago); commands keep their order, new events have the new time`,
    );
    expect(clockText({ state: 'jumped', at, by_ms: 72 * 3_600_000 }, now)).toMatch(/^set forward by 3 days /);
  });

  it('CLI9 durations are short and never negative', () => {
    expect([-5, 59_999, 60_000, 7_500_000, 48 * 3_600_000].map((ms) => duration(ms))).toEqual([
      '0 s',
      '59 s',
      '1 min',
      '2 h 5 min',
      '2 days',
    ]);
  });

  it('CLI16 an old Node is a fault', () => {
    const states = ['18.20.4', '20.18.3', '20.19.0', '22.0.0'].map((version) => checkNode(version).state);
    expect(states).toEqual(['fault', 'fault', 'ok', 'ok']);
  });
});
