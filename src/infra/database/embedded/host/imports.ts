import type { LogLevel } from '../module-host.ts';
import type { IndexAccess, TableAccess } from '../store/table-access.ts';
import type { Transaction } from '../store/transaction.ts';
import { ERRNO, Errno } from './errno.ts';
import type { GuestMemory } from './guest-memory.ts';
import { indexRange } from './index-range.ts';
import { EXHAUSTED, RowIterators } from './row-iterators.ts';

export const ARGUMENTS = 1;
export const SINK = 1;
const NO_LINE = 0xffffffff;
const LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug', 'trace'];
const PANIC = 101;
const NO_PREFIX = Buffer.alloc(0);

/** What the module can see and say while it runs. */
export interface GuestState {
  memory: GuestMemory;
  /** Undefined while it is being set up or described. */
  transaction: Transaction | undefined;
  tables: Tables;
  arguments: Buffer | undefined;
  argumentsRead: number;
  sink: Buffer[] | undefined;
  iterators: RowIterators;
  timers: Map<number, { name: string; started: bigint }>;
  databaseIdentity: Uint8Array;
  log: (level: LogLevel, text: string) => void;
}

/** By what the module knows them by. */
export interface Tables {
  byId: Map<number, TableAccess>;
  byName: Map<string, TableAccess>;
  indexById: Map<number, IndexAccess>;
  indexByName: Map<string, IndexAccess>;
}

type Import = (...args: number[]) => number | void;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Runs an import: an Errno becomes its number, anything else that is thrown traps the module. */
function answering(run: (...args: number[]) => number | void): Import {
  return (...args) => {
    try {
      return run(...args) ?? 0;
    } catch (thrown) {
      if (thrown instanceof Errno) return thrown.number;
      throw thrown;
    }
  };
}

/** The functions of `spacetime_10.0`, with the server's results and error numbers. */
export function moduleImports(state: GuestState): Record<string, Import> {
  const answered = { ...lookups(state), ...scans(state), ...changes(state), ...channels(state) };
  const imports: Record<string, Import> = {};
  for (const [name, run] of Object.entries<Import>(answered)) imports[name] = answering(run);
  imports['datastore_btree_scan_bsatn'] = imports['datastore_index_scan_range_bsatn']!;
  imports['datastore_delete_by_btree_scan_bsatn'] = imports['datastore_delete_by_index_scan_range_bsatn']!;
  return { ...imports, ...console(state) };
}

function transaction(state: GuestState): Transaction {
  if (state.transaction === undefined) throw new Errno(ERRNO.NOT_IN_TRANSACTION);
  return state.transaction;
}

function tableOf(state: GuestState, id: number): TableAccess {
  const table = state.tables.byId.get(id >>> 0);
  if (table === undefined) throw new Errno(ERRNO.NO_SUCH_TABLE);
  return table;
}

function lookups(state: GuestState): Record<string, Import> {
  const name = (pointer: number, length: number) => utf8.decode(state.memory.bytes(pointer, length));
  return {
    table_id_from_name(pointer = 0, length = 0, out = 0) {
      const wanted = name(pointer, length);
      transaction(state);
      const table = state.tables.byName.get(wanted);
      if (table === undefined) throw new Errno(ERRNO.NO_SUCH_TABLE);
      state.memory.setU32(out, table.schema.id);
    },
    index_id_from_name(pointer = 0, length = 0, out = 0) {
      const wanted = name(pointer, length);
      transaction(state);
      const index = state.tables.indexByName.get(wanted);
      if (index === undefined) throw new Errno(ERRNO.NO_SUCH_INDEX);
      state.memory.setU32(out, index.schema.id);
    },
    datastore_table_row_count(table = 0, out = 0) {
      const count = transaction(state).count(tableOf(state, table));
      state.memory.setU64(out, count);
    },
  };
}

/** Index id, prefix pointer, length and columns, start pointer and length, end pointer and length. */
function rangeFrom(state: GuestState, args: number[]) {
  const [id = 0, prefixPointer = 0, prefixLength = 0, prefixColumns = 0, ...bounds] = args;
  const [start = 0, startLength = 0, end = 0, endLength = 0] = bounds;
  const startBytes = state.memory.bytes(start, startLength);
  const asked = {
    prefix: prefixColumns === 0 ? NO_PREFIX : state.memory.bytes(prefixPointer, prefixLength),
    prefixColumns,
    start: startBytes,
    // The module asks for one value with the same bytes on both sides.
    end: end === start && endLength === startLength ? startBytes : state.memory.bytes(end, endLength),
  };
  transaction(state);
  const index = state.tables.indexById.get(id >>> 0);
  if (index === undefined) throw new Errno(ERRNO.NO_SUCH_INDEX);
  return indexRange(index, asked);
}

function scans(state: GuestState): Record<string, Import> {
  return {
    datastore_table_scan_bsatn(table = 0, out = 0) {
      const rows = transaction(state).allRows(tableOf(state, table));
      state.memory.setU32(out, state.iterators.open(rows));
    },
    datastore_index_scan_range_bsatn(...args) {
      const rows = transaction(state).rows(rangeFrom(state, args));
      state.memory.setU32(args[8] ?? 0, state.iterators.open(rows));
    },
    row_iter_bsatn_advance(iterator = 0, buffer = 0, lengthOut = 0) {
      return state.iterators.advance(
        iterator,
        () => state.memory.bytes(buffer, state.memory.u32(lengthOut)),
        (length) => state.memory.setU32(lengthOut, length),
      );
    },
    row_iter_bsatn_close(iterator = 0) {
      state.iterators.close(iterator);
    },
  };
}

function changes(state: GuestState): Record<string, Import> {
  /** Gives what sequences put into the row back in the row's place. */
  const writeBack = (row: Buffer, generated: Buffer, lengthOut: number) => {
    generated.copy(row);
    state.memory.setU32(lengthOut, generated.length);
  };
  return {
    datastore_insert_bsatn(table = 0, pointer = 0, lengthOut = 0) {
      const row = state.memory.bytes(pointer, state.memory.u32(lengthOut));
      writeBack(row, transaction(state).insert(tableOf(state, table), row), lengthOut);
    },
    datastore_update_bsatn(table = 0, index = 0, pointer = 0, lengthOut = 0) {
      const row = state.memory.bytes(pointer, state.memory.u32(lengthOut));
      const tx = transaction(state);
      const access = tableOf(state, table);
      const found = state.tables.indexById.get(index >>> 0);
      writeBack(row, tx.update(access, found?.table === access ? found : undefined, row), lengthOut);
    },
    datastore_delete_by_index_scan_range_bsatn(...args) {
      const deleted = transaction(state).deleteRange(rangeFrom(state, args));
      state.memory.setU32(args[8] ?? 0, deleted);
    },
    datastore_delete_all_by_eq_bsatn(table = 0, pointer = 0, length = 0, out = 0) {
      const rows = Buffer.from(state.memory.bytes(pointer, length));
      const deleted = transaction(state).deleteRows(tableOf(state, table), rows);
      state.memory.setU32(out, deleted);
    },
  };
}

function channels(state: GuestState): Record<string, Import> {
  return {
    bytes_source_read(source = 0, pointer = 0, lengthOut = 0) {
      const { arguments: bytes } = state;
      if (source !== ARGUMENTS || bytes === undefined) throw new Errno(ERRNO.NO_SUCH_BYTES);
      const buffer = state.memory.bytes(pointer, state.memory.u32(lengthOut));
      const read = bytes.copy(buffer, 0, state.argumentsRead);
      state.argumentsRead += read;
      state.memory.setU32(lengthOut, read);
      if (state.argumentsRead < bytes.length) return 0;
      state.arguments = undefined;
      return EXHAUSTED;
    },
    bytes_sink_write(sink = 0, pointer = 0, lengthOut = 0) {
      if (sink !== SINK || state.sink === undefined) throw new Errno(ERRNO.NO_SUCH_BYTES);
      state.sink.push(Buffer.from(state.memory.bytes(pointer, state.memory.u32(lengthOut))));
    },
    console_timer_end(timer = 0) {
      const running = state.timers.get(timer);
      if (running === undefined) throw new Errno(ERRNO.NO_SUCH_CONSOLE_TIMER);
      state.timers.delete(timer);
      const micros = (process.hrtime.bigint() - running.started) / 1000n;
      state.log('info', `Timing span ${JSON.stringify(running.name)}: ${micros}µs`);
    },
  };
}

/** Functions that answer with something other than an error number. */
function console(state: GuestState): Record<string, Import> {
  return {
    console_log(level = 0, ...args) {
      const [target = 0, targetLength = 0, file = 0, fileLength = 0, line = 0, message = 0, length = 0] =
        args;
      const text = state.memory.bytes(message, length).toString();
      const from = target === 0 ? '' : `${state.memory.bytes(target, targetLength).toString()}: `;
      const number = line >>> 0 === NO_LINE ? '' : `:${line >>> 0}`;
      const place = file === 0 ? '' : ` (${state.memory.bytes(file, fileLength).toString()}${number})`;
      state.log(level === PANIC ? 'panic' : (LEVELS[level] ?? 'info'), from + text + place);
    },
    console_timer_start(pointer = 0, length = 0) {
      const name = state.memory.bytes(pointer, length).toString();
      let timer = 1;
      while (state.timers.has(timer)) timer++;
      state.timers.set(timer, { name, started: process.hrtime.bigint() });
      return timer;
    },
    identity(out = 0) {
      state.memory.bytes(out, 32).set(state.databaseIdentity);
    },
  };
}
