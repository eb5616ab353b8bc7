import type { Sent } from './load.ts';
import type { Stream } from './stream.ts';

export interface Logged {
  seq: number;
  command_id: string;
}

/** What must not happen, counted. */
export interface Verdict {
  /** Commands answered `applied` that are not in the log. */
  lost: number;
  /** Commands that are in the log more than once. */
  doubled: number;
  /** Commands of which only some events are in the log. */
  torn: number;
  /** Commands that stand before one whose answer their sender had waited for. */
  out_of_order: number;
  /** Commands whose answer named another seq than the log does. */
  misplaced: number;
  /** Commands that were refused and are in the log. */
  refused_yet_logged: number;
  /** Commands that were refused though they should not, or applied though they should not. */
  wrongly_decided: number;
  /** Commands that never got a certain answer. */
  unanswered: number;
  /** Events of a command that nobody sent. */
  strange: number;
  /** Seqs that the log lacks. */
  holes: number;
  /** Events that a subscriber missed, heard again, or heard otherwise than the log has them. */
  skipped: number;
  repeated: number;
  diverged: number;
  missing: number;
}

/** Compares what the senders and the subscribers know with the log, in order of seq. */
export function judge(sent: readonly Sent[], log: readonly Logged[], streams: readonly Stream[]): Verdict {
  return { ...judgeCommands(sent, log), ...judgeStreams(streams, log) };
}

function judgeCommands(sent: readonly Sent[], log: readonly Logged[]) {
  const seqs = byCommand(log);
  const count = (wrong: (command: Sent, logged: readonly Logged[]) => boolean): number =>
    sent.filter((command) => wrong(command, seqs.get(command.command_id) ?? [])).length;
  const known = new Set(sent.map(({ command_id }) => command_id));
  return {
    lost: count(({ seq }, { length }) => seq !== undefined && length === 0),
    doubled: count(({ events }, { length }) => length > events && events > 0),
    torn: count(({ events }, logged) => logged.length > 0 && (logged.length < events || !isOneRun(logged))),
    misplaced: count(
      ({ seq }, logged) => seq !== undefined && logged.length > 0 && logged.at(-1)!.seq !== seq,
    ),
    refused_yet_logged: count(({ refusal }, { length }) => refusal !== undefined && length > 0),
    wrongly_decided: count(({ events, seq, refusal }) => (events > 0 ? refusal : seq) !== undefined),
    unanswered: count(({ seq, refusal }) => seq === undefined && refusal === undefined),
    out_of_order: outOfOrder(sent, seqs),
    strange: log.filter(({ command_id }) => !known.has(command_id)).length,
    holes: log.filter(({ seq }, index) => seq !== index + 1).length,
  };
}

function byCommand(log: readonly Logged[]): Map<string, Logged[]> {
  const logged = new Map<string, Logged[]>();
  for (const event of log) {
    const others = logged.get(event.command_id);
    if (others === undefined) logged.set(event.command_id, [event]);
    else others.push(event);
  }
  return logged;
}

function isOneRun(logged: readonly Logged[]): boolean {
  return logged.every(({ seq }, index) => seq === logged[0]!.seq + index);
}

/** `sent` is in the order of sending, so each sender's commands are in the order in which it waited. */
function outOfOrder(sent: readonly Sent[], seqs: Map<string, Logged[]>): number {
  const last = new Map<string, number>();
  let count = 0;
  for (const { sender, command_id } of sent) {
    const seq = seqs.get(command_id)?.[0]?.seq;
    if (seq === undefined) continue;
    if (seq < (last.get(sender) ?? 0)) count += 1;
    last.set(sender, seq);
  }
  return count;
}

function judgeStreams(streams: readonly Stream[], log: readonly Logged[]) {
  const sum = (of: (stream: Stream) => number): number =>
    streams.reduce((total, stream) => total + of(stream), 0);
  return {
    skipped: sum(({ skipped }) => skipped),
    repeated: sum(({ repeated }) => repeated),
    diverged: sum(
      ({ heard }) => [...heard].filter(([seq, command_id]) => log[seq - 1]?.command_id !== command_id).length,
    ),
    missing: sum(({ next }) => Math.max(0, log.length + 1 - next)),
  };
}
