import type { ConnectionState } from '../events/live-event.ts';
import type { ServiceStatus } from '../queries/system/get-status.ts';
import { connect, type GlobalOptions } from './connect.ts';
import { answer, answerJson, endWithReader, printable, styled } from './terminal.ts';

/** `heycat status`: what `get_status` answers, as a table. */
export async function status(options: GlobalOptions): Promise<void> {
  endWithReader();
  await using client = await connect(options);
  const report = await client.call<ServiceStatus>('get_status');
  if (options.json) return answerJson(report);
  const width = Math.max(...rows(report).map(([name]) => name.length));
  for (const [name, text] of rows(report)) {
    answer(`${styled('bold', name.padEnd(width))}  ${printable(text)}`);
  }
}

/** The table's lines: a name and what it is. */
export function rows(report: ServiceStatus, now = Date.now()): [string, string][] {
  const { engine, connection, queue, projections, backup, clock } = report;
  const upTo = report.synced ? 'up to date' : 'waiting for the engine';
  return [
    ['service', `heycat-backend ${report.version}, pid ${report.pid}`],
    ['since', `${report.started_at} (${duration(now - Date.parse(report.started_at))})`],
    ['engine', engineText(engine)],
    ...(engine.cause === undefined ? [] : [['', engine.cause] as [string, string]]),
    ...rebuiltRows(engine),
    ['connection', connectionText(connection, now)],
    ...(connection.cause === undefined || connection.cause === engine.cause
      ? []
      : [['', connection.cause] as [string, string]]),
    ['history', `seq ${report.last_seq}, epoch ${report.epoch || '(not known yet)'}`],
    ['read models', upTo],
    ...projections.map(({ name, version, seq, failed }): [string, string] => [
      `  ${name}`,
      `version ${version}, seq ${seq}${failed === undefined ? '' : `, stopped by ${failed}`}`,
    ]),
    ['queue', `${queue.pending} waiting, ${queue.dead} dead letters`],
    ['backup', backup.last_at === null ? 'no automatic backup yet' : `made ${backup.last_at}`],
    ...(backup.error === undefined ? [] : [['', backup.error] as [string, string]]),
    ['clock', clockText(clock, now)],
    ['clients', `${report.clients}, this one included`],
  ];
}

const CONNECTION_TEXTS: Record<ConnectionState, string> = {
  starting: 'waiting for the engine to start',
  connected: 'connected',
  reconnecting: 'lost, reconnecting',
  degraded: 'lost repeatedly; reads are answered, writes wait in the queue, attempts come more slowly',
};

export function connectionText({ state, since }: ServiceStatus['connection'], now = Date.now()): string {
  return `${CONNECTION_TEXTS[state]}, for ${duration(now - Date.parse(since))}`;
}

/** What happened to the clock, and its consequences. */
export function clockText({ state, at = '', by_ms = 0 }: ServiceStatus['clock'], now = Date.now()): string {
  if (state === 'steady') return state;
  const when = `${at} (${duration(now - Date.parse(at))} ago)`;
  // Two hours may be measured as a few ms less.
  const span = duration(Math.round(Math.abs(by_ms) / 1_000) * 1_000);
  if (state === 'slept')
    return `the computer slept for ${span} and woke ${when}; the engine and the backup were checked`;
  return `set ${by_ms > 0 ? 'forward' : 'back'} by ${span} ${when}; commands keep their order, new events have the new time`;
}

function engineText({ kind, state, version, pid }: ServiceStatus['engine']): string {
  const facts = [kind, state];
  if (version !== undefined) facts.push(`version ${version}`);
  if (pid !== undefined) facts.push(`pid ${pid}`);
  return facts.join(', ');
}

function rebuiltRows({ rebuilt }: ServiceStatus['engine']): [string, string][] {
  if (rebuilt === undefined) return [];
  const { at, from, queued, kept } = rebuilt;
  const what = `its data was damaged, and was rebuilt ${at} from ${from} and ${queued} commands after it`;
  return [['', `${what}; the damaged data is kept in ${kept}`]];
}

/** For example `2 h 5 min`; never negative, whatever the clocks say. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}
