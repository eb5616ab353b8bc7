import { createHeycat, type Heycat } from '../../../src/heycat.ts';
import { HeycatError } from '../../../src/errors.ts';
import { Process } from './clock.ts';
import { SimEngine, type EnginePlace } from './engine.ts';
import { ROOT } from './files.ts';
import { VOICELESS } from './voiceless.ts';
import { note, world } from './world.ts';

export const DATA_DIR = `${ROOT}/data`;
export const RUNTIME_DIR = `${ROOT}/run`;

/** A host starts a service that has ended anew after so long, at most. */
const RESTART_MS = 200;
/** A service that takes longer for its end has hung. */
const CLOSE_MS = 20_000;

/** What the service warns of is part of the history. */
const LOGGER = {
  log: () => undefined,
  warn: (text: string) => note(`warning: ${text}`),
  error: (text: string) => note(`error: ${text}`),
};

/** A computer with a service that its host keeps running. */
export class Machine {
  #service: Process | undefined;
  #heycat: Heycat | undefined;
  /** What went wrong that no fault explains. */
  readonly problems: string[] = [];

  constructor(readonly place: EnginePlace) {
    const { disk } = world();
    for (const folder of [ROOT, DATA_DIR, RUNTIME_DIR]) disk.put(folder, 'folder', 0o700);
    disk.syncAll();
  }

  get service(): Process | undefined {
    return this.#service;
  }

  start(): void {
    const process = new Process('service');
    this.#service = process;
    world().clock.has(process, () => void this.#run(process));
  }

  /** Ends the service without notice; it comes again. */
  kill(): void {
    this.#service?.end();
    this.#ended();
  }

  /** Nothing is left but what was synced. */
  cutPower(): void {
    this.place.server?.kill('the power was cut');
    this.place.server = undefined;
    this.#service?.end();
    world().disk.cutPower();
    this.#ended();
  }

  /** Ends the service in good order; it comes again. */
  close(): void {
    const [heycat, process] = [this.#heycat, this.#service];
    if (heycat === undefined || process === undefined) return this.kill();
    const { clock } = world();
    clock.has(process, () => void this.#close(heycat, process));
  }

  async #run(process: Process): Promise<void> {
    const { disk } = world();
    process.onEnd(() => disk.settle(process));
    const engine = new SimEngine(this.place, process);
    try {
      const heycat = await createHeycat({
        ...VOICELESS,
        engine,
        dataDir: DATA_DIR,
        runtimeDir: RUNTIME_DIR,
        logger: LOGGER,
      });
      this.#heycat = heycat;
      note('service: serves');
    } catch (thrown) {
      const { message, cause } = HeycatError.from(thrown);
      const code = (cause as NodeJS.ErrnoException | undefined)?.code;
      note(`service: did not start: ${code} ${message}`);
      if (code !== 'ENOSPC') this.problems.push(`the service did not start: ${message} ${String(cause)}`);
      this.kill();
    }
  }

  async #close(heycat: Heycat, process: Process): Promise<void> {
    const { clock } = world();
    let isClosed = false;
    const late = (): void => {
      if (!isClosed && process.isAlive) this.problems.push('the service did not end');
    };
    clock.after(CLOSE_MS + Math.max(0, process.pausedUntil - clock.now), late, clock.world);
    try {
      await heycat.close();
    } catch (thrown) {
      this.problems.push(`the service did not end well: ${String(thrown)}`);
    }
    isClosed = true;
    note('service: ended');
    process.end();
    this.#ended();
  }

  #ended(): void {
    this.#heycat = undefined;
    this.#service = undefined;
    const { clock, random } = world();
    const wait = random() * RESTART_MS;
    clock.after(wait, () => this.#service === undefined && this.start(), clock.world);
  }
}
