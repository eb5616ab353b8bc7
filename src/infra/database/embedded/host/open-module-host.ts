import { createHash } from 'node:crypto';
import { compileEnd, type End } from '../../../bsatn/layout.ts';
import { EngineError } from '../engine-error.ts';
import type {
  Caller,
  CallResult,
  ColumnRange,
  ModuleHost,
  ModuleHostOptions,
  ModuleSchema,
  ReducerSchema,
  TableSchema,
} from '../module-host.ts';
import { behind } from '../store/keys.ts';
import { MemoryStore, type Store, type Stored } from '../store/key-value.ts';
import { openFolderStore } from '../store/open-folder-store.ts';
import { Sequences } from '../store/sequences.ts';
import { TableAccess } from '../store/table-access.ts';
import { rowCount, Transaction } from '../store/transaction.ts';
import { Guest, type GuestOptions } from './guest.ts';
import type { Tables } from './imports.ts';
import { columnRange } from './index-range.ts';
import { readModuleDefinition, type ModuleDefinition } from './module-definition.ts';

/** Set when `init` has run. */
const INITIALISED = 'z';
/** In front of each open connection: its id and identity. Only kept for modules that want to know of their ends. */
const CONNECTED = 'k';
const NO_CONNECTION = new Uint8Array(16);
const NO_ARGUMENTS = new Uint8Array();
/** The server's words for a reducer that panicked. */
const TRAPPED = 'The Wasm instance encountered a fatal error.';

/**
 * Opens the database in the folder, or a new one; runs `init` when it is new.
 * @throws EngineError ENGINE_UNAVAILABLE when the module or the folder cannot be used; the folder stays as it is.
 */
export async function openModuleHost(options: ModuleHostOptions): Promise<ModuleHost> {
  const { wasm, folder, databaseIdentity } = options;
  return openHostOn(await WebAssembly.compile(wasm), options, async (described, definition) =>
    folder === undefined
      ? new MemoryStore()
      : openFolderStore(folder, {
          described,
          definition,
          moduleDigest: createHash('sha256').update(wasm).digest('hex'),
          databaseIdentity,
        }),
  );
}

/** The same with a module that is compiled, and rows wherever `openStore` has them. */
export async function openHostOn(
  module: WebAssembly.Module,
  options: Omit<ModuleHostOptions, 'wasm' | 'folder'>,
  openStore: (described: Buffer, definition: ModuleDefinition) => Promise<Store>,
): Promise<ModuleHost> {
  const guestOptions = { databaseIdentity: options.databaseIdentity, log: options.onLog ?? (() => {}) };
  const guest = Guest.start(module, guestOptions);
  const definition = readModuleDefinition(guest.described);
  const store = await openStore(guest.described, definition);
  const host = new Host({ module, guest, guestOptions, definition, store });
  try {
    if (host.created) await host.initialise(options.owner);
    await host.endLeftConnections();
  } catch (thrown) {
    await host.close();
    throw thrown;
  }
  return host;
}

interface Parts {
  module: WebAssembly.Module;
  guest: Guest;
  guestOptions: GuestOptions;
  definition: ModuleDefinition;
  store: Store;
}

/** What a call writes beside its rows. */
type Mark = [key: string, value: Stored | null];

class Host implements ModuleHost {
  readonly schema: ModuleSchema;
  readonly created: boolean;
  private readonly tables: Tables;
  private readonly reducers: Map<string, { schema: ReducerSchema; endOfArgs: End }>;
  private readonly sequences: Sequences;
  private readonly store: Store;
  /** The reducer that is called for connections that end. */
  private readonly ended: string | undefined;
  private guest: Guest | undefined;
  private closed: Promise<void> | undefined;

  constructor(private readonly parts: Parts) {
    this.schema = parts.definition.schema;
    this.created = parts.store.get(INITIALISED) === undefined;
    this.ended = this.schema.reducers.find(({ lifecycle }) => lifecycle === 'client_disconnected')?.name;
    this.guest = parts.guest;
    this.store = parts.store;
    this.sequences = new Sequences(parts.store);
    this.tables = tableAccess(parts.definition);
    this.reducers = new Map(
      this.schema.reducers.map((schema) => [
        schema.name,
        { schema, endOfArgs: compileEnd({ kind: 'product', elements: schema.params }) },
      ]),
    );
  }

  /** Runs `init` as the owner and makes it durable, with the mark that it has run in the same transaction. */
  async initialise(owner: Uint8Array): Promise<void> {
    const init = this.schema.reducers.find(({ lifecycle }) => lifecycle === 'init');
    if (init !== undefined) {
      const caller = {
        identity: owner,
        connectionId: NO_CONNECTION,
        timestampMicros: BigInt(Date.now()) * 1000n,
      };
      const result = this.run(init.name, { args: NO_ARGUMENTS, caller, mark: [INITIALISED, 'yes'] });
      if ('failed' in result)
        throw new EngineError('ENGINE_UNAVAILABLE', `The module's init failed: ${result.failed}`);
    } else {
      this.put([INITIALISED, 'yes']);
    }
    await this.durable();
  }

  /** Notifies the module of connections that ended with the process, as the server does when it starts again. */
  async endLeftConnections(): Promise<void> {
    const name = this.ended;
    if (name === undefined) return;
    const left = Array.from(this.store.range(CONNECTED, behind(CONNECTED)), ([key]) => key);
    for (const key of left) {
      const bytes = Uint8Array.from(Buffer.from(key.slice(CONNECTED.length), 'latin1'));
      const timestampMicros = BigInt(Date.now()) * 1000n;
      this.call(name, NO_ARGUMENTS, {
        connectionId: bytes.slice(0, NO_CONNECTION.length),
        identity: bytes.slice(NO_CONNECTION.length),
        timestampMicros,
      });
    }
    await this.durable();
  }

  call(name: string, args: Uint8Array, caller: Caller): CallResult {
    const lifecycle = this.ended === undefined ? undefined : this.reducers.get(name)?.schema.lifecycle;
    if (lifecycle !== 'client_connected' && lifecycle !== 'client_disconnected')
      return this.run(name, { args, caller });
    const key = CONNECTED + latin1(caller.connectionId) + latin1(caller.identity);
    const mark: Mark = [key, lifecycle === 'client_connected' ? 'yes' : null];
    const result = this.run(name, { args, caller, mark });
    // It has ended, whatever the module makes of it.
    if ('failed' in result && lifecycle === 'client_disconnected') this.put(mark);
    return result;
  }

  private run(
    name: string,
    { args, caller, mark }: { args: Uint8Array; caller: Caller; mark?: Mark },
  ): CallResult {
    this.checkOpen();
    const reducer = this.reducers.get(name);
    if (reducer === undefined) throw new EngineError('NOT_FOUND', `The module has no reducer ${name}.`);
    if (reducer.endOfArgs(Buffer.from(args.buffer, args.byteOffset, args.length), 0) < 0)
      return { failed: `invalid arguments for reducer ${name}` };
    const transaction = new Transaction(this.store, this.sequences);
    this.guest ??= Guest.start(this.parts.module, this.parts.guestOptions);
    const outcome = this.guest.call(reducer.schema.id, args, { caller, tables: this.tables, transaction });
    if (outcome.ended === 'failed') return { failed: outcome.text };
    if (outcome.ended === 'trapped') {
      this.guest = undefined;
      // The rows cannot be read: that is no answer to the call.
      if (outcome.cause instanceof EngineError) throw outcome.cause;
      const message = outcome.cause instanceof Error ? outcome.cause.message : 'it trapped';
      this.parts.guestOptions.log('error', `${name} left its instance unusable: ${message}`);
      return { failed: TRAPPED };
    }
    const committed = transaction.changes();
    if (mark !== undefined) transaction.writes.set(...mark);
    if (transaction.writes.size > 0) this.store.commit(transaction.writes);
    return { committed };
  }

  private put(mark: Mark): void {
    const { writes } = new Transaction(this.store, this.sequences);
    writes.set(...mark);
    this.store.commit(writes);
  }

  async durable(): Promise<void> {
    await this.store.durable();
  }

  scan(table: TableSchema, range?: ColumnRange): Iterable<Uint8Array> {
    this.checkOpen();
    const access = this.tables.byName.get(table.name);
    if (access === undefined) throw new EngineError('NOT_FOUND', `The module has no table ${table.name}.`);
    const reading = new Transaction(this.store, this.sequences);
    const entries = range && columnRange(access, range);
    return entries === undefined ? reading.allRows(access) : reading.rows(entries);
  }

  count(table: TableSchema): number {
    const access = this.tables.byName.get(table.name);
    return access === undefined ? 0 : rowCount(this.store, access);
  }

  async rest(): Promise<void> {
    if (this.closed === undefined) await this.store.rest();
  }

  close(): Promise<void> {
    this.closed ??= this.store.close();
    return this.closed;
  }

  private checkOpen(): void {
    if (this.closed !== undefined) throw new EngineError('ENGINE_UNAVAILABLE', 'The engine is closed.');
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

function tableAccess({ schema, sequences }: ModuleDefinition): Tables {
  const all = schema.tables.map((table) => new TableAccess(table, sequences.get(table.name) ?? []));
  const indexes = all.flatMap(({ indexes }) => indexes);
  return {
    byId: new Map(all.map((table) => [table.schema.id, table])),
    byName: new Map(all.map((table) => [table.schema.name, table])),
    indexById: new Map(indexes.map((index) => [index.schema.id, index])),
    indexByName: new Map(indexes.map((index) => [index.schema.name, index])),
  };
}
