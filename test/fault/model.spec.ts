import type { Sent } from './load.ts';
import { judge, type Logged } from './model.ts';
import { Stream } from './stream.ts';

/** Two commands of one sender, the second with two events, and one that was refused. */
const SENT: Sent[] = [
  {
    command_id: 'a',
    sender: 's',
    method: 'save_setting',
    events: 1,
    tries: 1,
    unknown: 0,
    queued: false,
    seq: 1,
  },
  {
    command_id: 'b',
    sender: 's',
    method: 'save_settings',
    events: 2,
    tries: 2,
    unknown: 1,
    queued: false,
    seq: 3,
  },
  {
    command_id: 'c',
    sender: 's',
    method: 'delete_setting',
    events: 0,
    tries: 1,
    unknown: 0,
    queued: false,
    refusal: 'NOT_FOUND',
  },
];

const logOf = (...commands: string[]): Logged[] =>
  commands.map((command_id, index) => ({ seq: index + 1, command_id }));
const GOOD = logOf('a', 'b', 'b');

function hearing(...events: [seq: number, command_id: string][]): Stream {
  const stream = new Stream();
  for (const [seq, command_id] of events) {
    stream.onEvent({ subscription: 1, seq, command_id, type: 't', occurred_at: '', payload: {} });
  }
  return stream;
}

const wrongIn = (counted: object): object =>
  Object.fromEntries(Object.entries(counted).filter(([, count]) => count !== 0));

describe('the judge of a campaign', () => {
  it('APP39 finds nothing where nothing is wrong', () => {
    const all = hearing([1, 'a'], [2, 'b'], [3, 'b']);
    expect(wrongIn(judge(SENT, GOOD, [all]))).toEqual({});
  });

  it.each<[string, Logged[], object]>([
    ['a lost command', logOf('b', 'b'), { lost: 1, misplaced: 1 }],
    ['one that happened twice', logOf('a', 'b', 'b', 'a'), { doubled: 1, torn: 1, misplaced: 1 }],
    ['half a command', logOf('a', 'b'), { torn: 1, misplaced: 1 }],
    ['commands in the wrong order', logOf('b', 'b', 'a'), { out_of_order: 1, misplaced: 2 }],
    ['one that was refused', logOf('a', 'b', 'b', 'c'), { refused_yet_logged: 1 }],
    ['one that nobody sent', logOf('a', 'b', 'b', 'x'), { strange: 1 }],
    ['a hole', GOOD.map(({ seq, ...rest }) => ({ ...rest, seq: seq === 3 ? 4 : seq })), { holes: 1 }],
  ])('APP39 finds %s in the log', (_, log, wrong) => {
    expect(wrongIn(judge(SENT, log, []))).toMatchObject(wrong);
  });

  it('APP39 finds a command without an answer, and one that was decided wrongly', () => {
    const { seq: _, ...open } = SENT[0]!;
    expect(judge([open], [], [])).toMatchObject({ unanswered: 1 });
    expect(judge([{ ...open, refusal: 'NOT_FOUND' }], [], [])).toMatchObject({ wrongly_decided: 1 });
    expect(judge([{ ...SENT[2]!, seq: 3 }], GOOD, [])).toMatchObject({ wrongly_decided: 1 });
  });

  it.each<[string, [number, string][], object]>([
    [
      'missed an event',
      [
        [1, 'a'],
        [3, 'b'],
      ],
      { skipped: 1 },
    ],
    [
      'heard one again',
      [
        [1, 'a'],
        [2, 'b'],
        [2, 'b'],
        [3, 'b'],
      ],
      { repeated: 1 },
    ],
    [
      'heard another one',
      [
        [1, 'x'],
        [2, 'b'],
        [3, 'b'],
      ],
      { diverged: 1 },
    ],
    ['did not hear the end', [[1, 'a']], { missing: 2 }],
  ])('APP39 finds a subscriber who %s', (_, events, wrong) => {
    expect(wrongIn(judge(SENT, GOOD, [hearing(...events)]))).toEqual(wrong);
  });

  it('APP39 holds nothing against a subscriber who was told of a gap', () => {
    const stream = hearing([1, 'a'], [2, 'lost'], [3, 'lost']);
    stream.onGap({ epoch: 'e', seq: 1 });
    for (const seq of [2, 3]) {
      stream.onEvent({ subscription: 1, seq, command_id: 'b', type: 't', occurred_at: '', payload: {} });
    }
    expect(wrongIn(judge(SENT, GOOD, [stream]))).toEqual({});
    expect(stream.announced).toBe(1);
  });
});
