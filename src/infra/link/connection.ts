import { DbConnectionBuilder, type DbConnectionImpl } from '@clockworklabs/spacetimedb-sdk';
import { HeycatError } from '../../errors.ts';
import type { EngineEndpoint, EngineSocket } from '../engine/engine.ts';
import { deferred } from './deferred.ts';
import { isServerFrame } from './frame-check.ts';
import { generatedModule } from './generated-module.ts';
import { OWNER_TABLES, remoteModule, ROW_KEY, type KeyedRow } from './remote-module.ts';

/** One row of one transaction, as the SDK told it. */
export interface RowEvent {
  table: string;
  row: KeyedRow;
  gone: boolean;
}

/** How one reducer call ended. `error` is the module's text. */
export interface CallOutcome {
  commandId: string | undefined;
  error?: string;
}

/** All that one transaction did to the owner's rows. */
export interface Transaction {
  rows: RowEvent[];
  /** Present when this connection made the call. */
  outcome?: CallOutcome;
}

export interface ConnectionHandlers {
  onTransaction(transaction: Transaction): void;
  /** Called once; nothing else is called afterwards. */
  onDown(cause: string): void;
}

interface SdkEvent {
  tag: string;
  value?: unknown;
}
interface SdkReducerEvent {
  status: { tag: string; value?: unknown };
  callerConnectionId: { isEqual(other: unknown): boolean } | null;
}
/** The SDK's cache of one table; reached past its types, which offer it only through generated classes. */
interface SdkTable {
  rows: Map<unknown, unknown>;
  iter(): KeyedRow[];
  onInsert(callback: (context: { event: SdkEvent }, row: KeyedRow) => void): void;
  onUpdate(callback: (context: { event: SdkEvent }, before: KeyedRow, row: KeyedRow) => void): void;
  onDelete(callback: (context: { event: SdkEvent }, row: KeyedRow) => void): void;
}
interface SdkCache {
  clientCache: { getOrCreateTable(info: unknown): SdkTable };
}

/**
 * One connection of the SDK, used for one life only: it is never reused after a failure, and tells nothing after its
 * end (the fence). Rows are grouped by transaction: the SDK gives all rows of one the same event object.
 */
export class Connection {
  readonly #handlers: ConnectionHandlers;
  readonly #sdk: DbConnectionImpl;
  readonly #socket: EngineSocket;
  readonly #tables = new Map<string, SdkTable>();
  readonly #opened = deferred<void>();
  #open: { event: unknown; transaction: Transaction } | undefined;
  #ended = false;

  private constructor(endpoint: EngineEndpoint, socket: EngineSocket, handlers: ConnectionHandlers) {
    this.#handlers = handlers;
    this.#socket = socket;
    const module = remoteModule({
      generated: generatedModule(),
      owner: BigInt(`0x${endpoint.identity}`),
      onBadRow: (table) => this.fail(`a row of ${table} could not be read`),
    });
    this.#sdk = quietly(() => this.#build(module, endpoint));
    for (const name of OWNER_TABLES) this.#watch(name, module.tables[name]);
    for (const name of Object.keys(module.reducers)) this.#watchReducer(name);
  }

  /** Connects and waits for the server's greeting. Throws HeycatError ENGINE_UNAVAILABLE or NOT_AUTHORIZED. */
  static async open(
    endpoint: EngineEndpoint,
    deadlineMs: number,
    handlers: ConnectionHandlers,
  ): Promise<Connection> {
    const socket = await endpoint.connect(deadlineMs);
    const connection = new Connection(endpoint, socket, handlers);
    const timer = setTimeout(() => connection.fail('the engine did not greet in time'), deadlineMs);
    try {
      await connection.#opened.promise;
    } finally {
      clearTimeout(timer);
    }
    return connection;
  }

  /** Sends a reducer call; its end comes as a transaction with an outcome, or never. */
  call(reducer: string, args: Uint8Array): void {
    this.#sdk.callReducer(reducer, args, 'FullUpdate');
  }

  /** Subscribes; `onApplied` runs synchronously while the cache holds exactly the subscribed state. */
  subscribe(queries: string[], onApplied: () => void, onError: (cause: string) => void): () => void {
    const handle = this.#sdk
      .subscriptionBuilder()
      .onApplied(() => this.#guard(onApplied))
      .onError((_context: unknown, error?: Error) => this.#guard(() => onError(error?.message ?? 'refused')))
      .subscribe(queries);
    return () => {
      if (!this.#ended) handle.unsubscribe();
    };
  }

  /** The rows of a table that the SDK holds now. */
  rows(table: string): KeyedRow[] {
    return this.#tables.get(table)?.iter() ?? [];
  }

  /** Drops rows that will never change from the SDK's cache, which otherwise keeps all it has seen. */
  forget(table: string, rows: Iterable<KeyedRow>): void {
    const cache = this.#tables.get(table)?.rows;
    for (const row of rows) cache?.delete(row[ROW_KEY]);
  }

  /** Ends the connection because of `cause`; does nothing the second time. */
  fail(cause: string): void {
    if (this.#ended) return;
    this.close();
    this.#opened.reject(new HeycatError('ENGINE_UNAVAILABLE', `The engine's connection failed: ${cause}.`));
    this.#handlers.onDown(cause);
  }

  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.close();
  }

  #build(module: ReturnType<typeof remoteModule>, endpoint: EngineEndpoint): DbConnectionImpl {
    return new DbConnectionBuilder(module as never, (connection: DbConnectionImpl) => connection)
      .withUri('ws://engine.invalid')
      .withModuleName(endpoint.database)
      .withCompression('none')
      .withWSFn(async () => this.#fence() as never)
      .onConnect(() => this.#guard(() => this.#greeted(endpoint.identity)))
      .build();
  }

  /** What the SDK sees of the socket: only well-formed frames, and nothing once we are done. */
  #fence(): EngineSocket {
    const socket = this.#socket;
    const fenced: EngineSocket = { send: (frame) => socket.send(frame), close: () => socket.close() };
    socket.onmessage = ({ data }) => {
      if (this.#ended) return;
      if (isServerFrame(data)) fenced.onmessage?.({ data });
      else this.fail('the engine sent a frame that is not v1.bsatn');
    };
    socket.onclose = () => this.fail('the engine closed the connection');
    socket.onerror = () => this.fail('the connection broke');
    return fenced;
  }

  #greeted(expected: string): void {
    const identity = this.#sdk.identity?.data.toString(16).padStart(64, '0');
    if (identity === expected) this.#opened.resolve();
    else this.fail('the engine knows us under another identity');
  }

  #watch(name: string, info: unknown): void {
    const table = (this.#sdk as unknown as SdkCache).clientCache.getOrCreateTable(info);
    this.#tables.set(name, table);
    table.onInsert((context, row) => this.#row(context.event, { table: name, row, gone: false }));
    table.onUpdate((context, _old, row) => this.#row(context.event, { table: name, row, gone: false }));
    table.onDelete((context, row) => this.#row(context.event, { table: name, row, gone: true }));
  }

  #watchReducer(name: string): void {
    const onEnd = (context: { event: SdkReducerEvent }, commandId: string | undefined): void =>
      this.#guard(() => {
        const { event } = context;
        if (event.callerConnectionId?.isEqual(this.#sdk.connectionId) !== true) return;
        this.#transaction(event).outcome = { commandId, ...errorOf(event.status) };
      });
    this.#sdk.onReducer(name, onEnd as never);
  }

  #row(event: SdkEvent, row: RowEvent): void {
    // Subscriptions are read as a whole in onApplied; their rows come again here and are no news.
    if (event.tag === 'SubscribeApplied' || event.tag === 'UnsubscribeApplied') return;
    this.#guard(() => this.#transaction(event.tag === 'Reducer' ? event.value : event).rows.push(row));
  }

  /** The group of `event`; told as soon as the SDK has run this transaction's callbacks, which it does in one go. */
  #transaction(event: unknown): Transaction {
    const open = this.#open;
    if (open !== undefined && open.event === event) return open.transaction;
    this.#flush();
    const transaction: Transaction = { rows: [] };
    this.#open = { event, transaction };
    queueMicrotask(() => this.#guard(() => this.#open?.event === event && this.#flush()));
    return transaction;
  }

  #flush(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open !== undefined) this.#handlers.onTransaction(open.transaction);
  }

  /** An exception inside one of our callbacks would stop the SDK's pump for good: it ends this connection instead. */
  #guard(work: () => unknown): void {
    if (this.#ended) return;
    try {
      work();
    } catch (thrown) {
      const { message } = HeycatError.from(thrown);
      this.fail(`a callback failed: ${message}`);
    }
  }
}

function errorOf(status: SdkReducerEvent['status']): { error?: string } {
  if (status.tag === 'Committed') return {};
  return {
    error: status.tag === 'Failed' ? String(status.value) : 'INTERNAL: The engine ran out of energy.',
  };
}

/** The SDK announces itself on stdout, which belongs to our host. */
function quietly<T>(build: () => T): T {
  const { log } = console;
  console.log = () => undefined;
  try {
    return build();
  } finally {
    console.log = log;
  }
}
