import type { CommandReceipt, StreamHead } from '../bindings/index.ts';
import { HeycatError } from '../../../errors.ts';
import type { EngineEndpoint } from '../engine.ts';
import { STATE_TABLES } from '../connection/remote-module.ts';
import { readRows, type ExactRow } from './exact-rows.ts';

/** Rows of one table that are held in memory together. */
export interface Page {
  table: string;
  rows: ExactRow[];
}

const PAGE_BYTES = 8 * 1024 * 1024;
const FIRST_STEP = 200;
const MAX_STEP = 50_000;

/** Where the user's history stands. @throws HeycatError ENGINE_UNAVAILABLE */
export async function readHead(endpoint: EngineEndpoint): Promise<ExactRow<StreamHead>> {
  const [head] = await readRows<StreamHead>(endpoint, 'stream_heads', own(endpoint));
  if (head !== undefined) return head;
  throw new HeycatError('ENGINE_UNAVAILABLE', 'The engine has no stream for this user.');
}

/** All that the user has, a page at a time: the history, then the state. */
export async function* readAll(endpoint: EngineEndpoint): AsyncGenerator<Page> {
  yield* readHistory(endpoint);
  for (const table of Object.values(STATE_TABLES))
    yield { table, rows: await readRows(endpoint, table, own(endpoint)) };
}

/**
 * What the state is made from: the head, the log up to it, and the receipts of the commands that wrote it. These belong
 * together also while others write, who change nothing of what was there when the head was read.
 */
export async function* readHistory(endpoint: EngineEndpoint, pageBytes = PAGE_BYTES): AsyncGenerator<Page> {
  const head = await readHead(endpoint);
  yield { table: 'stream_heads', rows: [head] };
  const { nextSeq } = head.value;
  const end = Number(nextSeq);
  yield* pages(endpoint, { table: 'event_log', column: 'seq', end, pageBytes });
  // A command that changed nothing has a receipt that names the seq after the last one.
  const receipts = { table: 'command_receipts', column: 'first_seq', end: end + 1, pageBytes };
  for await (const { table, rows } of pages(endpoint, receipts)) {
    const ofThese = rows.filter(({ value }) => (value as unknown as CommandReceipt).lastSeq < nextSeq);
    yield { table, rows: ofThese };
  }
}

interface Pages {
  table: string;
  column: string;
  end: number;
  pageBytes: number;
}

/** Rows by a column that counts from 1, before `end`; in steps that make a page neither tiny nor huge. */
async function* pages(
  endpoint: EngineEndpoint,
  { table, column, end, pageBytes }: Pages,
): AsyncGenerator<Page> {
  let step = FIRST_STEP;
  for (let from = 1; from < end;) {
    const to = Math.min(from + step, end);
    const rows = await readRows(
      endpoint,
      table,
      `${own(endpoint)} AND ${column} >= ${from} AND ${column} < ${to}`,
    );
    yield { table, rows };
    const bytes = rows.reduce((sum, row) => sum + row.bytes.length, 1);
    step = Math.max(1, Math.min(MAX_STEP, Math.floor((step * pageBytes) / bytes)));
    from = to;
  }
}

function own({ identity }: EngineEndpoint): string {
  return `owner_identity = 0x${identity}`;
}
