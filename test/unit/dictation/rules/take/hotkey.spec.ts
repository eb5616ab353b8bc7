import type { TakeMode } from '../../../../../src/events/take-events.ts';
import { DEFAULT_TAKE_RULES } from '../../../../../src/dictation/rules/take/take-state.ts';
import { Machine } from './machine.ts';

const inMode = (mode: TakeMode) => new Machine({ ...DEFAULT_TAKE_RULES, mode });
/** What was done but for the microphone's part. */
const deeds = (machine: Machine) => machine.look().filter((each) => /begin|stopping|refuse/.test(each));

describe('the key', () => {
  it('TAK10 toggles with each press, and its release means nothing', () => {
    const machine = inMode('toggle').ask('press', 0).ask('release', 80).firstSample(100).until(3_000);
    expect(deeds(machine)).toEqual(['begin 1 toggle']);
    expect(deeds(machine.ask('press', 3_000).ask('release', 3_900).until(5_000))).toEqual([
      'published stopping 1',
    ]);
  });

  it('TAK10 toggles that follow each other within 200 ms are one, however many', () => {
    const machine = inMode('toggle').ask('toggle', 0).firstSample(10);
    for (let at = 199; at < 2_000; at += 199) machine.ask('toggle', at);
    expect(deeds(machine)).toEqual(['begin 1 toggle']);
    expect(deeds(machine.ask('toggle', 2_190))).toEqual(['published stopping 1']);
  });

  it('TAK10 a toggle with a time from another clock does not deafen those after it', () => {
    const machine = inMode('toggle').input({ type: 'toggle', at: 1e12 }).firstSample(10);
    expect(deeds(machine.input({ type: 'toggle', at: 1_000 }))).toEqual([
      'begin 1 toggle',
      'published stopping 1',
    ]);
  });

  it('TAK11 pushed to talk records while it is held, without debounce', () => {
    const machine = inMode('push_to_talk').ask('press', 0).firstSample(20).ask('release', 100).until(150);
    expect(deeds(machine)).toEqual(['begin 1 push_to_talk', 'published stopping 1']);
    expect(machine.until(450).look()).toEqual(['stop 1']);
    machine.ended(455).ask('press', 460);
    expect(deeds(machine)).toEqual(['begin 2 push_to_talk']);
  });

  it('TAK11 pushed to talk leaves a take alone that it did not start', () => {
    const machine = inMode('push_to_talk').ask('start').firstSample(20);
    expect(deeds(machine.ask('press', 1_000).ask('release', 3_000).until(4_000))).toEqual([
      'begin 1 push_to_talk',
    ]);
    expect(machine.view.phase).toBe('recording');
  });

  it('TAK11 pushed in a tail and let go before the microphone was free records nothing', () => {
    const machine = inMode('push_to_talk').ask('press', 0).firstSample(20).ask('release', 1_000).until(1_100);
    machine.ask('press', 1_110).ask('release', 1_180).until(1_240).ended(1_250);
    expect(deeds(machine)).toEqual(['begin 1 push_to_talk', 'published stopping 1']);
  });

  it('TAK11 pushed while another take waits for the microphone changes nothing', () => {
    const machine = inMode('push_to_talk')
      .ask('start')
      .firstSample(20)
      .ask('stop', 1_000)
      .ask('start', 1_010);
    machine.ask('press', 1_020).ask('release', 1_200).until(1_260).ended(1_270);
    expect(deeds(machine)).toEqual(['begin 1 push_to_talk', 'published stopping 1', 'begin 2 push_to_talk']);
  });

  it('TAK12 in hybrid mode a tap toggles', () => {
    const machine = inMode('hybrid').ask('press', 0).ask('release', 499).firstSample(600).until(5_000);
    expect(deeds(machine)).toEqual(['begin 1 hybrid']);
    expect(deeds(machine.ask('press', 5_000).ask('release', 7_000).until(8_000))).toEqual([
      'published stopping 1',
    ]);
  });

  it('TAK12 in hybrid mode a key that is held is push-to-talk', () => {
    const machine = inMode('hybrid').ask('press', 0).firstSample(100).ask('release', 500).until(549);
    expect(deeds(machine)).toEqual(['begin 1 hybrid']);
    expect(deeds(machine.until(550))).toEqual(['published stopping 1']);
  });

  it('TAK12 a slow microphone does not make a tap a hold: the key’s own times count', () => {
    const machine = inMode('hybrid');
    machine.now = 4_000;
    // Both were pressed long before they could be handled.
    machine
      .input({ type: 'press', at: 1_000 })
      .firstSample(4_000)
      .input({ type: 'release', at: 1_100 })
      .until(9_000);
    expect(deeds(machine)).toEqual(['begin 1 hybrid']);
    expect(machine.view.phase).toBe('recording');
  });

  it('TAK12 a tap in a tail starts the next take, a hold there nothing', () => {
    const tail = () => inMode('hybrid').ask('press', 0).firstSample(20).ask('release', 1_000).until(1_060);
    const tapped = tail().ask('press', 1_070).ask('release', 1_150).until(1_220).ended(1_230);
    expect(deeds(tapped)).toEqual(['begin 1 hybrid', 'published stopping 1', 'begin 2 hybrid']);
    expect(deeds(tapped.firstSample(1_300).until(9_000))).toEqual([]);
    const held = tail().ask('press', 1_070).ask('release', 1_570).until(1_640).ended(1_650);
    expect(deeds(held)).toEqual(['begin 1 hybrid', 'published stopping 1']);
  });

  it.each<TakeMode>(['toggle', 'push_to_talk', 'hybrid'])(
    'TAK13 a keyboard that repeats is one press in %s mode',
    (mode) => {
      const machine = inMode(mode).ask('press', 0).firstSample(10);
      for (let at = 600; at < 5_000; at += 33) machine.ask('release', at).ask('press', at + 1);
      for (let at = 5_000; at < 9_000; at += 33) machine.ask('press', at);
      expect(deeds(machine)).toEqual([`begin 1 ${mode}`]);
      machine.ask('release', 9_000).until(9_060);
      expect(deeds(machine)).toEqual(mode === 'toggle' ? [] : ['published stopping 1']);
    },
  );

  it('TAK13 repetitions that are heard of late or in another order are still none', () => {
    const machine = inMode('push_to_talk').ask('press', 0).firstSample(10);
    machine.input({ type: 'press', at: 631 }).input({ type: 'release', at: 630 }).until(900);
    machine.input({ type: 'release', at: 1_000 }).input({ type: 'press', at: 990 });
    machine.input({ type: 'press', at: 1_010 }).until(3_000);
    expect(deeds(machine)).toEqual(['begin 1 push_to_talk']);
    expect(deeds(machine.ask('release', 3_000).until(3_050))).toEqual(['published stopping 1']);
  });

  it('TAK13 a press just after the grace is a new one, also when the grace’s timer is late', () => {
    const machine = inMode('push_to_talk').ask('press', 0).firstSample(10);
    machine.input({ type: 'release', at: 1_000 }).input({ type: 'press', at: 1_051 });
    expect(machine.view).toMatchObject({ take: 1, phase: 'ending', next: true });
    expect(deeds(machine.ended(1_100))).toEqual([
      'begin 1 push_to_talk',
      'published stopping 1',
      'begin 2 push_to_talk',
    ]);
  });

  it.each<[TakeMode, string[]]>([
    ['toggle', ['begin 1 toggle']],
    ['push_to_talk', ['begin 1 push_to_talk', 'published stopping 1']],
    ['hybrid', ['begin 1 hybrid', 'published stopping 1']],
  ])(
    'TAK14 a release that is heard of before its press ends it in %s mode (upstream defect 6)',
    (mode, expected) => {
      const machine = inMode(mode);
      machine.now = 2_000;
      machine
        .input({ type: 'release', at: 1_900 })
        .input({ type: 'press', at: 1_000 })
        .firstSample(2_000)
        .until(9_000);
      expect(deeds(machine)).toEqual(expected);
      // And the key is not stuck: the next press is one.
      const next = {
        toggle: ['published stopping 1'],
        push_to_talk: ['begin 2 push_to_talk'],
        hybrid: ['begin 2 hybrid'],
      };
      if (mode !== 'toggle') machine.ended(9_000);
      expect(deeds(machine.ask('press', 9_100))).toEqual(next[mode]);
    },
  );

  it('TAK14 a press that is heard of after its release is none', () => {
    const machine = inMode('toggle').ask('press', 1_000).ask('release', 1_100).until(1_200);
    machine.input({ type: 'press', at: 1_090 });
    expect(deeds(machine)).toEqual(['begin 1 toggle']);
    expect(machine.state.key.lastPress).toBeNull();
  });

  it.each<TakeMode>(['toggle', 'push_to_talk', 'hybrid'])(
    'TAK15 after a lost release the next press ends the take in %s mode',
    (mode) => {
      const machine = inMode(mode).ask('press', 0).firstSample(10).ask('press', 5_000);
      expect(deeds(machine)).toEqual([`begin 1 ${mode}`, 'published stopping 1']);
      expect(deeds(machine.ask('release', 5_100).until(6_000).ended(6_000).ask('press', 6_100))).toEqual([
        `begin 2 ${mode}`,
      ]);
    },
  );

  it('TAK16 a changed mode holds from the next press on, in either direction (upstream defect 7)', () => {
    const machine = inMode('toggle').ask('press', 0).firstSample(10).ask('release', 100).until(1_000);
    machine.rules = { ...machine.rules, mode: 'push_to_talk' };
    machine.ask('stop').until(2_000).ended(2_000).ask('press', 3_000).firstSample(3_010);
    machine.rules = { ...machine.rules, mode: 'toggle' };
    machine.ask('release', 4_000).until(4_050);
    expect(deeds(machine)).toEqual([
      'begin 1 toggle',
      'published stopping 1',
      'begin 2 push_to_talk',
      'published stopping 2',
    ]);
  });
});
