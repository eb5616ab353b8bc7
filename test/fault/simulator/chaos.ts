import { oneOf } from '../../support/random.ts';
import type { Process } from './clock.ts';
import type { Crowd } from './crowd.ts';
import type { Machine } from './machine.ts';
import { note, world } from './world.ts';

const PAUSE_MS = 8_000;
const FULL_MS = 3_000;
const SLEEP_MS = 8 * 60 * 60_000;
/** Between the outermost times that a clock is set to. */
const SET_MS = 6 * 24 * 60 * 60_000;

type Fault = (machine: Machine, crowd: Crowd) => void;

const FAULTS: Record<string, Fault> = {
  'kill service': (machine) => machine.kill(),
  'end service': (machine) => machine.close(),
  'cut power': (machine) => machine.cutPower(),
  'kill server': ({ place }) => place.server?.kill('it was killed'),
  'pause server': ({ place }) => place.server && pause(place.server.process),
  'pause service': ({ service }) => service && pause(service),
  sleep: () => {
    const { clock, random } = world();
    clock.sleptMs += random() ** 3 * SLEEP_MS;
  },
  'set clock': () => {
    const { clock, random } = world();
    clock.setByMs = (random() - 0.5) ** 3 * 4 * SET_MS;
  },
  'cut wire': ({ place }) => oneWire(place)?.cut(),
  'garble frame': ({ place }) => oneWire(place)?.garble(),
  'cut client': () => world().net.cutOne(),
  'kill subscriber': (_, { subscribers }) => oneOf(world().random, subscribers).restart(),
  'pause client': (_, { processes }) => pause(oneOf(world().random, processes)),
  'fail writes': () => {
    world().disk.failing += 1 + Math.floor(world().random() * 3);
  },
  'fill disk': () => {
    const { clock, disk, random } = world();
    disk.freeBytes = 0;
    clock.after(random() * FULL_MS, () => (disk.freeBytes = 2 ** 40), clock.world);
  },
};

/** Does something bad to the machine or its users, chosen by chance. */
export function inject(machine: Machine, crowd: Crowd): void {
  const name = oneOf(world().random, Object.keys(FAULTS));
  note(`fault: ${name}`);
  FAULTS[name]!(machine, crowd);
}

/** From now on nothing goes wrong any more. */
export function heal(machine: Machine): void {
  const { disk } = world();
  disk.failing = 0;
  disk.freeBytes = 2 ** 40;
  machine.place.isHealed = true;
}

function pause(process: Process): void {
  const { clock, random } = world();
  process.pausedUntil = Math.max(process.pausedUntil, clock.now + random() ** 3 * PAUSE_MS);
}

function oneWire({ server }: Machine['place']) {
  const open = [...(server?.wires.values() ?? [])].filter(({ isCut }) => !isCut);
  return open.length > 0 ? oneOf(world().random, open) : undefined;
}
