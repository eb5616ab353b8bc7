import { seededRandom, type Random } from '../../support/random.ts';
import { Clock } from './clock.ts';
import { Disk } from './disk.ts';
import { Net } from './net.ts';

/** All that a simulated machine has. */
export interface World {
  random: Random;
  clock: Clock;
  disk: Disk;
  net: Net;
  /** What has happened, with ms since the beginning. */
  history: string[];
}

let present: World | undefined;

/** The machine on which the code under test runs now. */
export function world(): World {
  if (present === undefined) throw new Error('No simulation runs');
  return present;
}

export function isSimulated(): boolean {
  return present !== undefined;
}

export function newWorld(seed: number): World {
  // The first numbers of Lehmer's generator lie close together where the seeds do.
  const random = seededRandom(seed * 7919 + 17);
  for (let warm = 0; warm < 8; warm += 1) random();
  const clock = new Clock();
  const disk = new Disk(clock, random);
  return (present = { random, clock, disk, net: new Net(clock, random, disk), history: [] });
}

/** Writes down what has happened, for whoever looks into a seed. */
export function note(what: string): void {
  const { clock, history } = world();
  history.push(`${(clock.now - clock.start).toFixed(1)} ${what}`);
}

export function endWorld(): void {
  present = undefined;
}
