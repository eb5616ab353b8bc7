import { randomUUID } from 'node:crypto';
import type { HeycatError } from '../../src/infra/ipc/client/client.ts';
import type { Random } from '../support/random.ts';
import type { Planned } from './writer.ts';

/** What the sender of one command knows of it. */
export interface Sent {
  command_id: string;
  /** Who sent it; each sender waits for an answer before it sends the next. */
  sender: string;
  method: string;
  /** How many events it writes; 0 where it is to be refused. */
  events: number;
  /** How often it was sent. */
  tries: number;
  /** After how many of them nobody could say whether it had happened. */
  unknown: number;
  /** True once it was answered `queued`: from then on it must happen, or fail by name, whoever is killed. */
  queued: boolean;
  /** The answer's seq, once it was answered `applied`. */
  seq?: number;
  /** The code, once it was refused for good. */
  refusal?: string;
}

export interface CommandAnswer {
  status: 'applied' | 'queued' | 'failed';
  seq?: number;
  result?: Record<string, unknown>;
  /** Why it failed. */
  code?: string;
}

export interface Lane {
  writer: { readonly name: string; next(): Planned };
  send(method: string, params: Record<string, unknown>): Promise<CommandAnswer>;
}

export interface LoadOptions {
  random: Random;
  sleep(ms: number): Promise<unknown>;
  /** At most so long a sender pauses between two commands, in ms. */
  pauseMs: number;
  /** Before a command without a certain outcome is sent again, in ms; default 50. */
  retryMs?: number;
}

/** Of the senders that are answered `queued` so many leave it at that and ask how it ended; the others send again. */
const TRUSTING = 0.5;
/** Of the commands so many are answered `queued` soon instead of waiting for the engine. */
const IMPATIENT = 0.3;
const SHORT_WAIT_MS = 10;
/** After so many tries nobody is impatient any more: to find a receipt may take longer than such a wait, each time. */
const IMPATIENT_TRIES = 3;
/** A command that has no answer after so many tries without a fault is left without one. */
const LAST_TRIES = 1_000;

/** Senders that go on whatever happens: a command without a certain outcome is sent again under its command_id. */
export class Load {
  readonly sent: Sent[] = [];
  #acknowledged = 0;
  #running: Promise<unknown> | undefined;
  #isEnding = false;

  constructor(
    private readonly lanes: readonly Lane[],
    private readonly options: LoadOptions,
  ) {}

  get acknowledged(): number {
    return this.#acknowledged;
  }

  start(): void {
    this.#running = Promise.all(this.lanes.map((lane) => this.#run(lane)));
  }

  /** Resolves when every command that was begun has its answer. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#running;
  }

  async #run(lane: Lane): Promise<void> {
    const { random, sleep, pauseMs } = this.options;
    while (!this.#isEnding) {
      await this.#deliver(lane, lane.writer.next());
      await sleep(random() * pauseMs);
    }
  }

  async #deliver({ writer, send }: Lane, { method, params, events, applied, refused }: Planned) {
    const command_id = randomUUID();
    const sent: Sent = {
      command_id,
      sender: writer.name,
      method,
      events,
      tries: 0,
      unknown: 0,
      queued: false,
    };
    this.sent.push(sent);
    const { random, retryMs = 50 } = this.options;
    const patience = random() < IMPATIENT ? { wait_ms: Math.floor(random() * SHORT_WAIT_MS) } : {};
    let ask = (): Promise<CommandAnswer> =>
      send(method, { ...params, ...(sent.tries <= IMPATIENT_TRIES && patience), command_id });
    for (let lastTries = 0; lastTries < LAST_TRIES; lastTries += this.#isEnding ? 1 : 0) {
      sent.tries += 1;
      try {
        const { status, seq, result = {}, code } = await ask();
        if (status === 'applied' && seq !== undefined) {
          sent.seq = seq;
          this.#acknowledged += 1;
          return applied?.(result);
        }
        if (status === 'failed' && code !== undefined) {
          sent.refusal = code;
          return refused?.();
        }
        if (!sent.queued && random() < TRUSTING) ask = () => send('get_command', { command_id });
        sent.queued = true;
      } catch (thrown) {
        const { code, retryable, details } = thrown as HeycatError;
        if (!retryable && code !== 'CANCELLED') {
          sent.refusal = code;
          return refused?.();
        }
        if (details['outcome'] !== 'not_sent') sent.unknown += 1;
      }
      await this.options.sleep(retryMs);
    }
  }
}
