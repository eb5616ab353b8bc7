import { randomUUID } from 'node:crypto';
import type { HeycatError } from '../../src/infra/ipc/client.ts';
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
  /** The answer's seq, once it was answered `applied`. */
  seq?: number;
  /** The code, once it was refused for good. */
  refusal?: string;
}

export interface Lane {
  writer: { readonly name: string; next(): Planned };
  send(method: string, params: Record<string, unknown>): Promise<{ seq: number; result: object }>;
}

export interface LoadOptions {
  random: Random;
  sleep(ms: number): Promise<unknown>;
  /** At most so long a sender pauses between two commands, in ms. */
  pauseMs: number;
}

const RETRY_MS = 50;
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
    const sent: Sent = { command_id, sender: writer.name, method, events, tries: 0, unknown: 0 };
    this.sent.push(sent);
    for (let lastTries = 0; lastTries < LAST_TRIES; lastTries += this.#isEnding ? 1 : 0) {
      sent.tries += 1;
      try {
        const { seq, result } = await send(method, { ...params, command_id });
        sent.seq = seq;
        this.#acknowledged += 1;
        return applied?.(result as Record<string, unknown>);
      } catch (thrown) {
        const { code, retryable, details } = thrown as HeycatError;
        if (!retryable && code !== 'CANCELLED') {
          sent.refusal = code;
          return refused?.();
        }
        if (details['outcome'] !== 'not_sent') sent.unknown += 1;
      }
      await this.options.sleep(RETRY_MS);
    }
  }
}
