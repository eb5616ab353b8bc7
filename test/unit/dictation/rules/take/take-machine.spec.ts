import { DEFAULT_TAKE_RULES, type TakeRules } from '../../../../../src/dictation/rules/take/take-state.ts';
import { Machine } from './machine.ts';

const withRules = (rules: Partial<TakeRules> = {}) => new Machine({ ...DEFAULT_TAKE_RULES, ...rules });
/** A take that was started at 0 and has sound since 50. */
const recording = (rules: Partial<TakeRules> = {}) => {
  const machine = withRules(rules).ask('start').firstSample(50);
  machine.look();
  return machine;
};

describe('a take', () => {
  it('TAK1 begins with its row, is told with its first real sample, and ends with a closed file', () => {
    const machine = withRules({ device: 'USB' });
    machine.ask('start', 1_000);
    expect(machine.look()).toEqual(['begin 1 toggle', 'open 1 USB']);
    expect(machine.view).toMatchObject({ state: 'recording', phase: 'starting', started_at: null });
    machine.firstSample(1_200);
    expect(machine.look()).toEqual(['published started 1']);
    expect(machine.view).toEqual({
      state: 'recording',
      phase: 'recording',
      take: 1,
      mode: 'toggle',
      device: 'USB',
      started_at: 1_200,
      next: false,
    });
    machine.ask('stop', 5_000).until(5_349);
    expect(machine.look()).toEqual(['published stopping 1']);
    machine.until(5_350);
    expect(machine.look()).toEqual(['stop 1']);
    machine.ended(5_360);
    expect(machine.look()).toEqual(['finish 1 user']);
    expect(machine.view).toMatchObject({ state: 'processing', take: null });
    machine.closed();
    expect(machine.look()).toEqual(['published stopped 1 user']);
    expect(machine.view).toMatchObject({ state: 'idle' });
    expect(machine.timers).toEqual([]);
  });

  it('TAK2 is started on the device and in the mode asked for, once', () => {
    const machine = withRules({ device: 'USB' });
    machine.ask({ type: 'start', device: null, mode: 'hybrid' });
    expect(machine.look()).toEqual(['begin 1 hybrid', 'open 1']);
    expect(machine.view).toMatchObject({ device: null, mode: 'hybrid' });
    expect(machine.ask('start', 10).look()).toEqual(['refuse BUSY']);
  });

  it('TAK2 that is not there cannot be stopped or cancelled', () => {
    expect(withRules().ask('stop').ask('cancel').look()).toEqual(['refuse NOT_FOUND', 'refuse NOT_FOUND']);
    expect(recording().ask('stop', 100).ask('stop', 120).look()).toEqual(['published stopping 1']);
  });

  it('TAK3 starts while earlier ones are closed or transcribed, however many (upstream defect 1)', () => {
    const machine = withRules();
    for (let take = 1; take <= 5; take++)
      machine
        .ask('start')
        .firstSample()
        .ask('stop')
        .until(take * 1_000)
        .ended();
    expect(machine.look().filter((each) => /begin|finish|refuse/.test(each))).toEqual(
      [1, 2, 3, 4, 5].flatMap((take) => [`begin ${take} toggle`, `finish ${take} user`]),
    );
    expect(machine.view.state).toBe('processing');
    machine.closed(3).closed(3).closed(1).closed(5).closed(2).closed(4);
    expect(machine.look()).toEqual([3, 1, 5, 2, 4].map((take) => `published stopped ${take} user`));
    expect(machine.view.state).toBe('idle');
  });

  it('TAK3 wished for in the tail of another starts as soon as the microphone is free', () => {
    const machine = recording().ask('stop', 2_000);
    expect(machine.ask('toggle', 2_250).look()).toEqual(['published stopping 1', 'stop 1']);
    expect(machine.view).toMatchObject({ state: 'recording', take: 1, next: true });
    expect(machine.ask('start', 2_255).look()).toEqual(['refuse BUSY']);
    machine.ended(2_260);
    expect(machine.look()).toEqual(['finish 1 user', 'begin 2 toggle', 'open 2']);
    expect(machine.report({ type: 'first_sample' }, 2_270, 1).look()).toEqual([]);
  });

  it('TAK3 wished for and given up again before the microphone was free does not start', () => {
    for (const giveUp of ['stop', 'cancel', 'toggle', 'shutdown'] as const) {
      const machine = recording().ask('stop', 2_000).ask('toggle', 2_250).ask(giveUp, 2_460).ended(2_470);
      expect(machine.look()).toEqual(['published stopping 1', 'stop 1', 'finish 1 user']);
    }
  });

  it.each([
    [1_049, 'cancel 1 cancelled', 'published cancelled 1 cancelled'],
    [1_050, 'cancel 1 cancelled kept', 'published cancelled 1 cancelled kept'],
  ])('TAK4 cancelled at %d is kept from one second of sound on', (at, cancelled, told) => {
    const machine = recording().ask('cancel', at);
    expect(machine.look()).toEqual(['stop 1']);
    expect(
      machine
        .ended(at + 20)
        .closed()
        .look(),
    ).toEqual([cancelled, told]);
  });

  it('TAK4 may be cancelled until its microphone is free', () => {
    const machine = recording().ask('stop', 2_000).ask('cancel', 2_100);
    expect(machine.look()).toEqual(['published stopping 1', 'stop 1']);
    expect(machine.ended(2_110).look()).toEqual(['cancel 1 cancelled kept']);
    const late = recording().ask('stop', 2_000).until(2_350).ask('cancel', 2_360).ended(2_370);
    expect(late.look()).toEqual(['published stopping 1', 'stop 1', 'cancel 1 cancelled kept']);
  });

  it('TAK5 is stopped when it has lasted as long as it may, whoever still holds a key', () => {
    const machine = withRules({ mode: 'push_to_talk', max_duration_ms: 60_000 }).ask('press').firstSample(50);
    machine.until(60_049);
    expect(machine.look()).toEqual(['begin 1 push_to_talk', 'open 1', 'published started 1']);
    machine.until(60_050).ended(60_060);
    expect(machine.look()).toEqual(['stop 1', 'finish 1 max_duration']);
    expect(machine.ask('release', 70_000).until(80_000).look()).toEqual([]);
    expect(machine.ask('press', 90_000).look()).toEqual(['begin 2 push_to_talk', 'open 2']);
  });

  it('TAK5 a timer of an earlier phase that runs late ends nothing', () => {
    const machine = recording().input({ type: 'timer', name: 'take', at: 10_000 });
    expect(machine.view.phase).toBe('recording');
    expect(machine.timers).toEqual([['take', 600_050]]);
  });

  it('TAK6 silence after speech stops it as the user would (upstream defect 19)', () => {
    const machine = recording().report({ type: 'speech_started' }, 1_000);
    machine.report({ type: 'no_speech' }, 5_000).report({ type: 'silence_after_speech' }, 6_000).ended(6_010);
    expect(machine.look()).toEqual(['stop 1', 'finish 1 silence']);
  });

  it('TAK6 without any speech it is cancelled, kept, and that is told (upstream defect 20)', () => {
    const machine = recording().report({ type: 'no_speech' }, 5_050).ended(5_060).closed();
    expect(machine.look()).toEqual([
      'stop 1',
      'cancel 1 no_speech kept',
      'published cancelled 1 no_speech kept',
    ]);
  });

  it('TAK6 who holds the key may be silent', () => {
    const machine = withRules({ mode: 'push_to_talk' }).ask('press').firstSample(50);
    machine.report({ type: 'no_speech' }, 5_000).report({ type: 'silence_after_speech' }, 6_000);
    expect(machine.view.phase).toBe('recording');
  });

  it.each([
    [{ reason: 'device_lost', message: 'Gone.' }, 'device_lost', ['published error 1 DEVICE_UNAVAILABLE']],
    [{ reason: 'failed', message: 'Broken.' }, 'capture_failed', ['published error 1 DEVICE_UNAVAILABLE']],
    [{ reason: 'exhausted' }, 'source_ended', []],
    [{ reason: 'stopped' }, 'source_ended', []],
  ] as const)(
    'TAK7 what was heard is kept and transcribed when the capture ends by itself: %j (upstream defect 3)',
    (end, reason, told) => {
      expect(recording().ended(3_000, end).look()).toEqual([...told, `finish 1 ${reason}`]);
    },
  );

  it('TAK7 what was heard is kept when the disk is full, and that is told', () => {
    const full = { type: 'storage_failed', reason: 'disk_full', message: 'The disk is full.' } as const;
    expect(recording().report(full, 3_000).report(full, 3_001).ended(3_010).look()).toEqual([
      'stop 1',
      'published error 1 INTERNAL',
      'finish 1 disk_full',
    ]);
    expect(recording().ask('stop', 2_900).report(full, 3_000).ended(3_010).look()).toEqual([
      'published stopping 1',
      'stop 1',
      'published error 1 INTERNAL',
      'finish 1 disk_full',
    ]);
  });

  it('TAK7 a failure of the microphone after the stop is nobody’s concern', () => {
    const lost = { reason: 'device_lost', message: 'Gone.' } as const;
    expect(recording().ask('stop', 3_000).ended(3_100, lost).look()).toEqual([
      'published stopping 1',
      'finish 1 user',
    ]);
  });

  it('TAK8 without a sample it vanishes, and why is told', () => {
    const refused = withRules().ask('start');
    refused.report({ type: 'capture_failed', message: 'No such device.' }, 30).closed();
    expect(refused.look().slice(2)).toEqual([
      'published error 1 DEVICE_UNAVAILABLE',
      'cancel 1 no_sound',
      'published cancelled 1 no_sound',
    ]);
    const mute = withRules().ask('start').until(9_999);
    expect(mute.look().slice(2)).toEqual([]);
    expect(mute.until(10_000).ended(10_010).look()).toEqual([
      'stop 1',
      'published error 1 DEVICE_UNAVAILABLE',
      'cancel 1 no_sound',
    ]);
  });

  it('TAK8 stopped before its first sample, it is told and kept when sound comes in the tail', () => {
    const machine = withRules().ask('start').ask('stop', 100).firstSample(300).until(450).ended(460).closed();
    expect(machine.look().slice(2)).toEqual([
      'published stopping 1',
      'published started 1',
      'stop 1',
      'finish 1 user',
      'published stopped 1 user',
    ]);
  });

  it('TAK9 a microphone that does not answer is given up, and what was heard kept', () => {
    const machine = recording().ask('stop', 1_000).until(6_349);
    expect(machine.look()).toEqual(['published stopping 1', 'stop 1']);
    expect(machine.until(6_350).look()).toEqual(['finish 1 user']);
    expect(machine.ended(7_000).look()).toEqual([]);
  });

  it('TAK9 an orderly end of the service stops at once, with what there is', () => {
    const machine = recording().ask('shutdown', 3_000).ended(3_010);
    expect(machine.look()).toEqual(['stop 1', 'finish 1 shutdown']);
    expect(withRules().ask('shutdown').look()).toEqual([]);
  });
});
