import type { Dropped } from '../commands/queue/drop-command.ts';
import type { Submitted } from '../commands/command-ledger.ts';
import type { QueuedCommand } from '../queries/system/command-history.ts';
import type { QueueList } from '../queries/system/list-queue.ts';
import { connect, type GlobalOptions } from './connect.ts';
import { answer, answerJson, endWithReader, printable, styled } from './terminal.ts';

/** `heycat queue list`: the commands that wait, and the dead letters. */
export async function listQueue(options: GlobalOptions): Promise<void> {
  endWithReader();
  await using client = await connect(options);
  const list = await client.call<QueueList>('list_queue');
  if (options.json) return answerJson(list);
  if (list.total_count === 0) return answer('No command is waiting, and there are no dead letters.');
  for (const command of list.commands) answer(line(command));
}

/** `heycat queue retry`: puts a dead letter back at the end of the queue. */
export async function retryCommand(commandId: string, options: GlobalOptions): Promise<void> {
  await using client = await connect(options);
  const done = await client.call<Submitted>('retry_command', { command_id: commandId });
  if (options.json) return answerJson(done);
  answer(done.status === 'applied' ? `Applied, seq ${done.seq}.` : 'It is waiting for the engine.');
}

/** `heycat queue drop`: removes a dead letter. */
export async function dropCommand(commandId: string, options: GlobalOptions): Promise<void> {
  await using client = await connect(options);
  const done = await client.call<Dropped>('drop_command', { command_id: commandId });
  if (options.json) return answerJson(done);
  answer(`Dropped ${printable(done.command_id)}.`);
}

/** A command on one line. */
export function line({ command_id, reducer, issued_at, status, code, message }: QueuedCommand): string {
  const why = code === undefined ? '' : `  ${code}: ${message}`;
  const name = styled('bold', status.padEnd(6));
  return `${printable(issued_at)}  ${name}  ${printable(`${command_id}  ${reducer}${why}`)}`;
}
