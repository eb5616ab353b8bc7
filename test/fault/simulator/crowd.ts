import { HeycatClient, type Subscription } from '../../../src/infra/ipc/client/client.ts';
import { seededRandom } from '../../support/random.ts';
import { Load, type Lane } from '../load.ts';
import { Stream } from '../stream.ts';
import { Writer } from '../writer.ts';
import { Process } from './clock.ts';
import { RUNTIME_DIR } from './machine.ts';
import { note, world } from './world.ts';

const LANES = 2;
const CLIENTS = 2;
const SUBSCRIBERS = 2;
const CALL_MS = 20_000;
const AGAIN_MS = 50;
const RETRY_MS = 250;

/** A subscriber that goes on where it was, in a process of its own that may be killed. */
class Subscriber {
  readonly stream = new Stream();
  process!: Process;
  #epoch: string | undefined;

  start(): void {
    this.process = new Process('subscriber');
    world().clock.has(this.process, () => void this.#run());
  }

  restart(): void {
    this.process.end();
    note(`subscriber: killed before ${this.stream.next}`);
    this.start();
  }

  async #run(): Promise<void> {
    const { first } = await this.#subscribe(await connect());
    if (first.gap === true) this.#onGap(first);
    else if (first.epoch !== '') this.#epoch = first.epoch;
  }

  async #subscribe(client: HeycatClient): Promise<Subscription> {
    try {
      return await client.subscribe(
        { from_seq: this.stream.next, ...(this.#epoch !== undefined && { epoch: this.#epoch }) },
        (event) => this.stream.onEvent(event),
        (gap) => this.#onGap(gap),
      );
    } catch {
      // A service that is about to end says so.
      await world().clock.sleep(AGAIN_MS);
      return this.#subscribe(client);
    }
  }

  #onGap(gap: { epoch: string; seq: number }): void {
    note(`subscriber: gap up to ${gap.seq}, had expected ${this.stream.next}`);
    this.#epoch = gap.epoch;
    this.stream.onGap(gap);
  }
}

/** Who uses the service: senders that wait for each answer, and subscribers. */
export class Crowd {
  readonly load: Load;
  readonly subscribers = Array.from({ length: SUBSCRIBERS }, () => new Subscriber());
  readonly #process = new Process('clients');
  #reader: HeycatClient | undefined;
  hasEnded = false;

  /** @param pauseMs between two commands of a sender, at most. */
  constructor(pauseMs: number) {
    const { random, clock } = world();
    const lanes = Array.from({ length: CLIENTS }, (_, client) => {
      const connected = this.#inOurTurn(connect);
      return Array.from({ length: LANES }, (_, lane): Lane => {
        const writer = new Writer(`${client}-${lane}`, seededRandom(random() * 2 ** 31), '/takes/take.wav');
        const send: Lane['send'] = async (method, params) =>
          (await connected).call(method, params, { timeoutMs: CALL_MS });
        return { writer, send };
      });
    });
    this.load = new Load(lanes.flat(), {
      random,
      sleep: (ms) => clock.sleep(ms),
      pauseMs,
      retryMs: RETRY_MS,
    });
  }

  /** Of senders and subscribers. */
  get processes(): Process[] {
    return [this.#process, ...this.subscribers.map(({ process }) => process)];
  }

  start(): void {
    for (const subscriber of this.subscribers) subscriber.start();
    world().clock.has(this.#process, () => this.load.start());
  }

  end(): void {
    const end = async (): Promise<void> => {
      await this.load.end();
      this.hasEnded = true;
    };
    world().clock.has(this.#process, () => void end());
  }

  /** Asks with a client of its own, in the clients' turns, until there is an answer. */
  read<T>(work: (reader: HeycatClient) => Promise<T>): Promise<T> {
    return this.#inOurTurn(async () => {
      for (;;) {
        try {
          return await work((this.#reader ??= await connect()));
        } catch (thrown) {
          note(`reader: ${String(thrown)}`);
          await world().clock.sleep(AGAIN_MS);
        }
      }
    });
  }

  #inOurTurn<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      world().clock.has(this.#process, () => void work().then(resolve, reject));
    });
  }
}

/** Connects once there is a service. */
async function connect(): Promise<HeycatClient> {
  for (;;) {
    try {
      return await HeycatClient.connect({ runtimeDir: RUNTIME_DIR });
    } catch {
      await world().clock.sleep(AGAIN_MS);
    }
  }
}
