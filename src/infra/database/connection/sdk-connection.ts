import { setImmediate as nextTurn } from 'node:timers/promises';
import { DbConnectionBuilder, type DbConnectionImpl } from '@clockworklabs/spacetimedb-sdk';
import { HeycatError } from '../../../errors.ts';
import { BsatnError } from '../../bsatn/types.ts';
import type { EngineEndpoint, EngineSocket } from '../engine.ts';
import { deferred } from '../../process/waiting.ts';
import {
  callReducerFrame,
  carriesRows,
  isServerFrame,
  isTransactionFrame,
  readSubscribed,
  readTransaction,
  withoutRows,
  type SubscribedRows,
  type Transaction,
} from './frames.ts';
import {
  generatedModule,
  remoteModule,
  type RemoteModule,
  type RemoteModuleOptions,
} from './remote-module.ts';

export interface ConnectionHandlers {
  onTransaction(transaction: Transaction): void;
  /** Called once; nothing else is called afterwards. */
  onDown(cause: string): void;
}

/** How rows and reducer arguments are read. */
export type ModuleOf = (options: RemoteModuleOptions) => RemoteModule;

interface ConnectionOptions {
  handlers: ConnectionHandlers;
  /** {@link remoteModule} when absent. */
  moduleOf?: ModuleOf;
}

/**
 * One connection of the SDK, used for one life only: it is never reused after a failure, and delivers nothing after its
 * end (the fence). The SDK greets and subscribes; calls and rows go without it.
 */
export class SdkConnection {
  readonly #handlers: ConnectionHandlers;
  readonly #module: RemoteModule;
  readonly #sdk: DbConnectionImpl;
  readonly #socket: EngineSocket;
  readonly #opened = deferred<void>();
  /** Came, and were not read yet. */
  readonly #frames: Uint8Array[] = [];
  #isReading = false;
  /** The rows of the frame that the SDK is reading. */
  #subscribed: SubscribedRows = new Map();
  #ended = false;

  private constructor(endpoint: EngineEndpoint, socket: EngineSocket, options: ConnectionOptions) {
    const { handlers, moduleOf = remoteModule } = options;
    this.#handlers = handlers;
    this.#socket = socket;
    this.#module = moduleOf({
      generated: generatedModule(),
      owner: BigInt(`0x${endpoint.identity}`),
    });
    this.#sdk = quietly(() => this.#build(endpoint));
  }

  /** Connects and waits for the server's greeting. Throws HeycatError ENGINE_UNAVAILABLE or NOT_AUTHORIZED. */
  static async open(
    endpoint: EngineEndpoint,
    deadlineMs: number,
    handlers: ConnectionHandlers,
    moduleOf?: ModuleOf,
  ): Promise<SdkConnection> {
    const socket = await endpoint.connect(deadlineMs);
    const connection = new SdkConnection(endpoint, socket, { handlers, ...(moduleOf && { moduleOf }) });
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
    this.#send(callReducerFrame(reducer, args));
  }

  /** Subscribes; `onApplied` is given the rows before any transaction that follows is delivered. */
  subscribe(
    queries: string[],
    onApplied: (rows: SubscribedRows) => void,
    onError: (cause: string) => void,
  ): () => void {
    const handle = this.#sdk
      .subscriptionBuilder()
      .onApplied(() => this.#guard(() => onApplied(this.#subscribed)))
      .onError((_context: unknown, error?: Error) => this.#guard(() => onError(error?.message ?? 'refused')))
      .subscribe(queries);
    return () => {
      if (!this.#ended) handle.unsubscribe();
    };
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

  #build(endpoint: EngineEndpoint): DbConnectionImpl {
    return new DbConnectionBuilder(this.#module as never, (connection: DbConnectionImpl) => connection)
      .withUri('ws://engine.invalid')
      .withModuleName(endpoint.database)
      .withCompression('none')
      .withWSFn(async () => this.#fence() as never)
      .onConnect(() => this.#guard(() => this.#greeted(endpoint.identity)))
      .build();
  }

  /** What the SDK sees of the socket: only well-formed frames, no rows, and nothing once we are done. */
  #fence(): EngineSocket {
    const socket = this.#socket;
    const fenced: EngineSocket = { send: (frame) => this.#send(frame), close: () => socket.close() };
    socket.onmessage = ({ data }) => {
      this.#frames.push(data);
      this.#read(fenced);
    };
    socket.onclose = () => this.fail('the engine closed the connection');
    socket.onerror = () => this.fail('the connection broke');
    return fenced;
  }

  /** Never throws: the SDK sends from a promise that nobody watches. */
  #send(frame: Uint8Array): void {
    if (this.#ended) return;
    try {
      this.#socket.send(frame);
    } catch {
      this.fail('the connection has ended');
    }
  }

  /** Frames in the order of their coming: while one is being read, those that follow wait. */
  #read(sdk: EngineSocket): void {
    while (!this.#ended && !this.#isReading) {
      const frame = this.#frames.shift();
      if (frame === undefined) return;
      if (!isServerFrame(frame)) this.fail('the engine sent a frame that is not v1.bsatn');
      else if (isTransactionFrame(frame)) this.#guard(() => this.#deliver(frame));
      else {
        void this.#handOver(sdk, frame);
      }
    }
  }

  /** Never throws. */
  async #handOver(sdk: EngineSocket, frame: Uint8Array): Promise<void> {
    this.#isReading = true;
    try {
      let data = frame;
      if (carriesRows(frame)) {
        this.#subscribed = await readSubscribed(frame, this.#module);
        data = withoutRows(frame);
      }
      if (!this.#ended) sdk.onmessage?.({ data });
      // The SDK reads it in promises of this turn.
      await nextTurn();
    } catch (thrown) {
      this.fail(messageOf(thrown));
    }
    this.#subscribed = new Map();
    this.#isReading = false;
    this.#read(sdk);
  }

  #deliver(frame: Uint8Array): void {
    const transaction = readTransaction(frame, this.#module, this.#sdk.connectionId.data);
    if (!this.#ended) this.#handlers.onTransaction(transaction);
  }

  #greeted(expected: string): void {
    const identity = this.#sdk.identity?.data.toString(16).padStart(64, '0');
    if (identity === expected) this.#opened.resolve();
    else this.fail('the engine knows us under another identity');
  }

  /** An exception inside one of our callbacks would stop the SDK's pump for good: it ends this connection instead. */
  #guard(work: () => unknown): void {
    if (this.#ended) return;
    try {
      work();
    } catch (thrown) {
      this.fail(`a callback failed: ${messageOf(thrown)}`);
    }
  }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof BsatnError ? thrown.message : HeycatError.from(thrown).message;
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
