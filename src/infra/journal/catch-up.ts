import { HeycatError } from '../../errors.ts';
import type { Receipt } from '../../events/change-feed.ts';
import { receiptOf, receiptsBehind } from '../database/connection/receipts.ts';
import { encodeCall } from '../database/connection/remote-module.ts';
import { isUnknown, type Session } from '../database/connection/session.ts';
import { argsOf, type JournalEntry } from './journal-record.ts';
import type { OutboundCommand } from './delivery.ts';
import type { PoisonWatch } from './poison-watch.ts';

/** Sent before the answers are waited for. */
const CHUNK = 500;

/** A command that may have happened, with what waits for its end when something does. */
export interface Again {
  entry: JournalEntry;
  command: OutboundCommand | undefined;
}

export interface Found extends Again {
  end: Receipt | HeycatError;
}

/**
 * Brings the engine back to where it was: it may have lost the end of what it acknowledged. Those whose receipts are
 * gone are sent again in order; they get the seqs, ids and times that they had.
 */
export class CatchUp {
  constructor(
    private readonly session: Session,
    private readonly poison: PoisonWatch,
  ) {}

  /**
   * @param commands in order of position.
   * @returns the ends of those that nobody knew, and of those that had to be sent again.
   * @throws HeycatError ENGINE_UNAVAILABLE when the session ends meanwhile.
   */
  async run(commands: readonly Again[]): Promise<Found[]> {
    if (commands.length === 0) return [];
    const receipts = await this.#receipts(commands);
    const lost = commands.filter(({ entry }) => !receipts.has(entry.command_id));
    const errors = new Map<JournalEntry, HeycatError>();
    for (const chunk of this.#chunks(lost)) await this.#send(chunk, errors);
    const sent = lost.length > errors.size ? await this.#receipts(lost) : receipts;
    const found: Found[] = [];
    for (const again of commands) {
      const { entry, command } = again;
      const isNews = command !== undefined || !receipts.has(entry.command_id);
      if (!isNews) continue;
      const error = errors.get(entry);
      const receipt = receipts.get(entry.command_id) ?? sent.get(entry.command_id);
      found.push({ ...again, end: error ?? receipt ?? (await this.#single(entry)) });
    }
    return found;
  }

  #receipts(commands: readonly Again[]): Promise<Map<string, Receipt>> {
    const known = commands.map(({ entry }) => entry.since).filter((since) => since >= 0);
    return known.length === 0
      ? Promise.resolve(new Map<string, Receipt>())
      : receiptsBehind(this.session, Math.min(...known));
  }

  async #single({ command_id }: JournalEntry): Promise<Receipt | HeycatError> {
    const receipt = await receiptOf(this.session, command_id);
    return receipt ?? new HeycatError('INTERNAL', 'The command was applied but left no receipt.');
  }

  *#chunks(lost: readonly Again[]): Generator<readonly Again[]> {
    let chunk: Again[] = [];
    for (const again of lost) {
      if (this.poison.isToBeSentAlone(again.entry)) {
        yield chunk;
        yield [again];
        chunk = [];
      } else if (chunk.push(again) === CHUNK) {
        yield chunk;
        chunk = [];
      }
    }
    yield chunk;
  }

  async #send(chunk: readonly Again[], errors: Map<JournalEntry, HeycatError>): Promise<void> {
    const ends = await Promise.all(chunk.map((again) => this.#call(again)));
    const first = ends.findIndex((end) => end !== undefined && isUnknown(end));
    if (first >= 0) {
      this.poison.suspect(chunk[first]!.entry);
      throw ends[first]!;
    }
    for (const [index, end] of ends.entries()) if (end !== undefined) errors.set(chunk[index]!.entry, end);
  }

  /** Gives the refusal, if there is one. */
  async #call({ entry, command }: Again): Promise<HeycatError | undefined> {
    if (this.poison.isPoison(entry)) {
      const text = 'The engine ended each time this command was sent; the command was given up.';
      return new HeycatError('INTERNAL', text);
    }
    try {
      const { reducer, command_id, issued_at } = entry;
      const bytes = command?.bytes ?? encodeCall(reducer, { command_id, issued_at, ...argsOf(entry) });
      await this.session.call(reducer, command_id, bytes);
      return undefined;
    } catch (thrown) {
      return HeycatError.from(thrown);
    }
  }
}

/**
 * True when the engine has all of these, by its head alone: one that has lost something, or was put back from a copy,
 * lacks the end of its history.
 * @param epoch the history that they were applied in, as far as it is known.
 * @throws HeycatError ENGINE_UNAVAILABLE.
 */
export async function areHeld(
  settled: readonly JournalEntry[],
  session: Pick<Session, 'fetch'>,
  epoch: string | undefined,
): Promise<boolean> {
  if (settled.length === 0) return true;
  const [head] = await session.fetch('stream_heads', {});
  const newest = settled.reduce((most, { applied }) => Math.max(most, applied?.seq ?? 0), 0);
  return head !== undefined && head['epoch'] === epoch && Number(head['next_seq']) > newest;
}
