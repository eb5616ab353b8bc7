import { HeycatError } from '../../errors.ts';
import type { Receipt } from '../../events/change-feed.ts';
import { receiptOf, receiptsBehind } from '../database/connection/receipts.ts';
import { encodeCall } from '../database/connection/remote-module.ts';
import { isUnknown, type Session } from '../database/connection/session.ts';
import { argsOf, type JournalEntry } from './journal-record.ts';
import type { OutboundCommand } from './delivery.ts';
import type { PoisonWatch } from './poison-watch.ts';

/** How many commands are sent before their answers are awaited. */
const CHUNK = 500;

/** A command that may have been applied, with whoever waits for its result, if anybody. */
export interface Again {
  entry: JournalEntry;
  command: OutboundCommand | undefined;
}

export interface Found extends Again {
  end: Receipt | HeycatError;
}

/**
 * Brings the engine back to everything that it acknowledged, of which it may have lost the end. Commands whose receipts
 * are missing are sent again in order, and get the same seqs, ids and times.
 */
export class CatchUp {
  constructor(
    private readonly session: Session,
    private readonly poison: PoisonWatch,
  ) {}

  /**
   * @param commands in order of position.
   * @returns the results of those that were not known, and of those that had to be sent again.
   * @throws HeycatError ENGINE_UNAVAILABLE if the session ends in the meantime.
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
      const isNew = command !== undefined || !receipts.has(entry.command_id);
      if (!isNew) continue;
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

  /** Returns the rejection, if there is one. */
  async #call({ entry, command }: Again): Promise<HeycatError | undefined> {
    if (this.poison.isPoison(entry)) {
      const text = 'The engine ended each time this command was sent; the command is now a dead letter.';
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
 * True if the engine still has all of these commands, judged by its stream head: an engine that has lost something, or was
 * put back from a copy, lacks the end of its history.
 * @param epoch the history in which they were applied, as far as it is known.
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
