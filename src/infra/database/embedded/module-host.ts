import type { TypeSchema } from '../../bsatn/types.ts';

/**
 * What runs the module and keeps its rows. `openModuleHost(options: ModuleHostOptions): Promise<ModuleHost>` is in
 * host/open-module-host.ts.
 */

/** A column in BSATN order. */
export interface ColumnSchema {
  name: string;
  type: TypeSchema;
}

export interface IndexSchema {
  /** What `index_id_from_name` answers. */
  id: number;
  name: string;
  columns: number[];
  /** True when a unique constraint covers exactly these columns. */
  unique: boolean;
}

export interface TableSchema {
  /** As the server numbers user tables: from 4096 on. */
  id: number;
  name: string;
  isPublic: boolean;
  columns: ColumnSchema[];
  /** Column number; composite primary keys do not exist. */
  primaryKey: number | undefined;
  indexes: IndexSchema[];
  /** Row-level rules that select from it, as SQL. */
  visibility: string[];
}

export type Lifecycle = 'init' | 'client_connected' | 'client_disconnected' | 'update';

export interface ReducerSchema {
  id: number;
  name: string;
  lifecycle?: Lifecycle;
  params: ColumnSchema[];
}

export interface ModuleSchema {
  tables: TableSchema[];
  reducers: ReducerSchema[];
}

export interface Caller {
  /** 32 bytes, little endian as in BSATN. */
  identity: Uint8Array;
  /** 16 bytes, little endian; all zero where there is none. */
  connectionId: Uint8Array;
  timestampMicros: bigint;
}

/** Net effect of one transaction on one table, as complete BSATN rows; an updated row is in both lists. */
export interface TableChange {
  table: TableSchema;
  inserts: Uint8Array[];
  deletes: Uint8Array[];
}

/** `failed` is the module's own text for an Err, or says that it panicked. */
export type CallResult = { committed: TableChange[] } | { failed: string };

export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'panic';

/** One end of a range: a BSATN value, and whether it is inside. */
export interface Bound {
  value: Uint8Array;
  isIncluded: boolean;
}

/** Values of one column; without a bound there is no end. */
export interface ColumnRange {
  column: number;
  from?: Bound;
  to?: Bound;
}

export interface ModuleHost {
  readonly schema: ModuleSchema;
  /** True when this opening created the database, that is ran `init`. */
  readonly created: boolean;
  /**
   * Runs one reducer in one transaction; the result is visible at once, durable when `durable()` resolves.
   * @param args BSATN product of the reducer's parameters
   * @throws EngineError ENGINE_UNAVAILABLE once the disk has failed or after `close()`, NOT_FOUND for a name that is
   * no reducer.
   */
  call(reducer: string, args: Uint8Array, caller: Caller): CallResult;
  /**
   * Resolves when everything called so far is on disk (group commit). Rejects with ENGINE_UNAVAILABLE when the disk
   * fails; then nothing more is accepted.
   */
  durable(): Promise<void>;
  /**
   * All rows of a table; given a range that an index covers, those in it and perhaps others. Lazy: use it up before the
   * next `call()`.
   */
  scan(table: TableSchema, range?: ColumnRange): Iterable<Uint8Array>;
  /** Number of rows, without reading them. */
  count(table: TableSchema): number;
  /** Nothing is asked for at the moment: lets go of what only work in progress needs. */
  rest(): Promise<void>;
  /** Makes everything durable, then releases the folder; safe to call twice. */
  close(): Promise<void>;
}

export interface ModuleHostOptions {
  wasm: Uint8Array;
  /** Data folder; undefined keeps everything in memory only. */
  folder: string | undefined;
  /** 32 bytes, little endian: what the module's `identity()` answers. */
  databaseIdentity: Uint8Array;
  /** 32 bytes, little endian: the sender of `init` and `update`. */
  owner: Uint8Array;
  onLog?: (level: LogLevel, text: string) => void;
}
