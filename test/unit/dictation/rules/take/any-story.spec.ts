import * as fc from 'fast-check';
import type { CaptureEnd } from '../../../../../src/dictation/ports/microphone.ts';
import type { TakeInput } from '../../../../../src/dictation/rules/take/take-input.ts';
import { CAPTURE_END_MS, DEFAULT_TAKE_RULES } from '../../../../../src/dictation/rules/take/take-state.ts';
import { TAKE_MODES, type TakeMode } from '../../../../../src/events/take-events.ts';
import { Machine } from './machine.ts';

const RUNS = Number(process.env['HEYCAT_TAKES'] ?? (process.env['CI'] ? 2_000 : 500));
const SEED = Number(process.env['HEYCAT_SEED'] ?? Date.now() % 1_000_000);

interface Happening {
  /** Milliseconds after the one before; below 0 it is heard of late. */
  after: number;
  /** Whether the timers that are due before it ran in time. */
  punctual: boolean;
  mode: TakeMode;
  input: (take: number) => TakeInput extends infer I ? (I extends TakeInput ? Omit<I, 'at'> : never) : never;
}

const end = fc.constantFrom<CaptureEnd>(
  { reason: 'stopped' },
  { reason: 'exhausted' },
  { reason: 'device_lost', message: 'Gone.' },
  { reason: 'failed', message: 'Broken.' },
);
const asked = fc
  .constantFrom('toggle', 'start', 'stop', 'cancel', 'press', 'release', 'press', 'release', 'shutdown')
  .map((type) => () => ({ type }) as const);
const timed = fc.constantFrom('take', 'release').map((name) => () => ({ type: 'timer', name }) as const);
/** Mostly of the last take, sometimes of one before or of none. */
const about = fc.constantFrom(0, 0, 0, 0, 1, 2, -1);
const plain = fc
  .tuple(
    fc.constantFrom(
      'first_sample',
      'first_sample',
      'speech_started',
      'silence_after_speech',
      'no_speech',
      'take_closed',
    ),
    about,
  )
  .map(
    ([type, back]) =>
      (take: number) =>
        ({ type, take: take - back }) as const,
  );
const failed = about.map(
  (back) => (take: number) => ({ type: 'capture_failed', take: take - back, message: 'No.' }) as const,
);
const full = about.map(
  (back) => (take: number) =>
    ({ type: 'storage_failed', take: take - back, reason: 'disk_full', message: 'Full.' }) as const,
);
const ended = fc.tuple(end, about).map(
  ([how, back]) =>
    (take: number) =>
      ({ type: 'capture_ended', take: take - back, end: how }) as const,
);

const story = fc.array(
  fc.record<Happening>({
    after: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: -150, max: 12_000 })),
    punctual: fc.boolean(),
    mode: fc.constantFrom(...TAKE_MODES),
    input: fc.oneof(
      { weight: 8, arbitrary: asked },
      { weight: 8, arbitrary: plain },
      ...[ended, timed, failed, full].map((arbitrary) => ({ weight: 1, arbitrary })),
    ),
  }),
  { maxLength: 60, size: 'max' },
);

/** Plays a story, then lets it become quiet; gives all that was done. */
function play(happenings: readonly Happening[]): { machine: Machine; done: string[] } {
  const machine = new Machine({ ...DEFAULT_TAKE_RULES, max_duration_ms: 20_000 });
  let now = 0;
  for (const { after, punctual, mode, input } of happenings) {
    now = Math.max(0, now + after);
    machine.rules = { ...machine.rules, mode };
    if (punctual) machine.until(now);
    deepFreeze(machine.state);
    apply(machine, { ...input(machine.state.takes), at: now });
  }
  // A microphone that is told to stop does; files are closed; timers run out.
  for (let round = 0; round < 10; round++) {
    now += 60_000;
    machine.until(now);
    if (machine.state.current?.phase === 'ending') apply(machine, endOf(machine, now));
    for (const { take } of machine.state.closing) machine.closed(take);
  }
  return { machine, done: machine.look() };
}

/** Notes when the microphone answers, to compare with when the next one is opened. */
function apply(machine: Machine, input: TakeInput): void {
  const answers = input.type === 'capture_ended' || input.type === 'capture_failed';
  if (answers && machine.state.current?.id === input.take) machine.done.push(`free ${input.take}`);
  machine.input(input);
}

const endOf = ({ state }: Machine, at: number): TakeInput => ({
  type: 'capture_ended',
  take: state.takes,
  end: { reason: 'stopped' },
  at,
});

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  Object.values(value).forEach(deepFreeze);
}

/** Everything about one take, in order, by its first words. */
function lifeOf(take: number, done: readonly string[]): string {
  const words = done.map((each) => each.replace('published ', 'published-').split(' '));
  return words.flatMap(([what, id]) => (id === String(take) ? [what] : [])).join(' ');
}

const ANY_LIFE =
  /^begin open( published-started)?( published-stopping)?( published-started)?( stop)?( published-error)?( published-started)?( free)?( published-error)? (finish|cancel) published-(stopped|cancelled)$/;

describe(`any story of dictation (${RUNS} runs, seed ${SEED})`, () => {
  const check = (holds: (played: ReturnType<typeof play>) => void, { runs = RUNS, seed = SEED } = {}) =>
    fc.assert(
      fc.property(story, (happenings) => holds(play(happenings))),
      { numRuns: runs, seed },
    );

  it('TAK17 ends idle once it is quiet, and leaves no timer', () => {
    check(({ machine }) => {
      expect(machine.view.state).toBe('idle');
      expect(machine.timers).toEqual([]);
    });
  });

  it('TAK17 finishes or cancels each take that it began exactly once, in order, and tells it', () => {
    check(({ machine, done }) => {
      for (let take = 1; take <= machine.state.takes; take++) expect(lifeOf(take, done)).toMatch(ANY_LIFE);
      const started = done.filter((each) => each.startsWith('published started'));
      expect(new Set(started).size).toBe(started.length);
    });
  });

  it(`TAK17 never has two microphones open, unless one was silent for ${CAPTURE_END_MS} ms after its stop`, () => {
    check(({ done }) => {
      let open: string | undefined;
      for (const each of done) {
        const [what, take] = each.split(' ');
        if (what === 'open') {
          expect(open).toBeUndefined();
          open = take;
        } else if (what === 'free' || ((what === 'finish' || what === 'cancel') && wasStopped(done, take!))) {
          if (open === take) open = undefined;
        }
      }
    });
  });

  it('TAK17 meets every reason and every refusal', () => {
    const met = new Set<string>();
    // Always the same stories: another seed may miss a rare one.
    check(({ done }) => done.forEach((each) => met.add(each.replaceAll(/ \d+/g, ''))), {
      runs: 2_000,
      seed: 1,
    });
    const reasons = [
      'user',
      'max_duration',
      'silence',
      'disk_full',
      'shutdown',
      'device_lost',
      'capture_failed',
    ];
    const cancels = ['no_sound', 'cancelled', 'cancelled kept', 'no_speech', 'no_speech kept'];
    const expected = [
      ...[...reasons, 'source_ended'].map((reason) => `finish ${reason}`),
      ...cancels.map((reason) => `cancel ${reason}`),
      ...['BUSY', 'NOT_FOUND'].map((code) => `refuse ${code}`),
    ];
    expect(expected.filter((each) => !met.has(each))).toEqual([]);
  });
});

function wasStopped(done: readonly string[], take: string): boolean {
  return done.includes(`stop ${take}`);
}
