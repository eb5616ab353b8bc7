import { EngineError } from '../engine-error.ts';
import type {
  CallResult,
  Caller,
  Lifecycle,
  ModuleHost,
  ReducerSchema,
  TableChange,
} from '../module-host.ts';
import { readClientMessage, type ClientMessage } from '../protocol/client-message.ts';
import { planQuery, rowsOf, type Plan, type Subscriber } from '../protocol/plan.ts';
import * as messages from '../protocol/server-message.ts';
import { Subscriptions } from '../protocol/subscriptions.ts';
import { CallWatch } from './call-watch.ts';
import { FrameBatch } from './frame-batch.ts';

export interface DatabaseServerOptions {
  host: ModuleHost;
  /** Identity of the database's owner, 32 bytes, lowest first. */
  owner: Uint8Array;
  watch?: CallWatch;
  /** Takes frames for clients, in order; everything that they report is durable. */
  send(batch: Uint8Array<ArrayBuffer>): void;
  /** The disk has failed: nothing more can be acknowledged. */
  onFailure(error: EngineError): void;
}

export interface NewConnection {
  /** Its number between the threads. */
  id: number;
  /** 32 bytes, lowest first. */
  identity: Uint8Array;
  /** 16 bytes that nobody else has. */
  connectionId: Uint8Array;
}

interface Connection extends Subscriber, NewConnection {
  subscriptions: Subscriptions;
}

const NO_ARGS = new Uint8Array(0);
const UNKNOWN_REDUCER = 0xffff_ffff;

/** Serves connections that speak `v1.bsatn` from one module: calls, subscriptions, and what is delivered to whom. */
export class DatabaseServer {
  readonly #options: DatabaseServerOptions;
  readonly #watch: CallWatch;
  readonly #reducers: Map<string, ReducerSchema>;
  readonly #connections = new Map<number, Connection>();
  readonly #out = new FrameBatch();
  #lastMicros = 0n;
  #releasing = false;
  #released: Promise<void> = Promise.resolve();

  constructor(options: DatabaseServerOptions) {
    this.#options = options;
    this.#watch = options.watch ?? new CallWatch();
    this.#reducers = new Map(options.host.schema.reducers.map((reducer) => [reducer.name, reducer]));
  }

  /**
   * Opens a connection; the first frame that it is sent greets it.
   * @returns the module's text when it refuses the identity.
   */
  open({ id, identity, connectionId }: NewConnection): string | undefined {
    const connection: Connection = {
      id,
      identity,
      connectionId,
      isOwner: Buffer.compare(identity, this.#options.owner) === 0,
      subscriptions: new Subscriptions(),
    };
    const refusal = this.#lifecycle('client_connected', connection);
    if (refusal !== undefined) return refusal;
    this.#connections.set(id, connection);
    this.#out.add(id, (writer) => messages.writeIdentityToken(writer, identity, connectionId));
    this.#release();
    return undefined;
  }

  /** Takes one frame of a client; frames of a connection that has ended are passed over. */
  receive(id: number, frame: Uint8Array): void {
    const connection = this.#connections.get(id);
    if (connection === undefined) return;
    const message = this.#read(connection, frame);
    if (message === undefined) return;
    if (message.kind === 'call') this.#watch.during(id, frame, () => this.#call(connection, message));
    else if (message.kind === 'subscribe') this.#subscribe(connection, message);
    else this.#unsubscribe(connection, message);
    this.#release();
  }

  /** Ends a connection that its client has left. */
  close(id: number): void {
    const connection = this.#connections.get(id);
    if (connection === undefined) return;
    this.#connections.delete(id);
    this.#lifecycle('client_disconnected', connection);
    this.#release();
  }

  /** Ends every connection; resolves when everything that was to be delivered is. */
  async end(): Promise<void> {
    for (const id of this.#connections.keys()) {
      this.close(id);
      this.#out.addEnd(id);
    }
    this.#release();
    await this.#released;
  }

  #read(connection: Connection, frame: Uint8Array): ClientMessage | undefined {
    try {
      return readClientMessage(frame);
    } catch {
      // There is no message that says so; a client that speaks something else is left.
      this.close(connection.id);
      this.#out.addEnd(connection.id);
      this.#release();
      return undefined;
    }
  }

  #call(connection: Connection, message: ClientMessage & { kind: 'call' }): void {
    const reducer = this.#reducers.get(message.reducer);
    const record = this.#record(connection, {
      reducer: message.reducer,
      reducerId: reducer?.id ?? UNKNOWN_REDUCER,
      args: message.args,
      requestId: message.requestId,
    });
    const result = this.#run(reducer, record);
    if ('committed' in result)
      this.#broadcast(record, result.committed, message.answered ? connection : undefined);
    else if (message.answered) {
      this.#out.add(connection.id, (writer) => messages.writeFailed(writer, record, result.failed));
    }
  }

  #run(reducer: ReducerSchema | undefined, record: messages.CallRecord): CallResult {
    if (reducer === undefined) return { failed: `NOT_FOUND: There is no reducer ${record.reducer}` };
    if (reducer.lifecycle !== undefined) {
      return { failed: `NOT_AUTHORIZED: Not authorized to call ${reducer.name}; the engine does` };
    }
    return this.#options.host.call(reducer.name, record.args, callerOf(record));
  }

  /** @returns the module's text when it fails. */
  #lifecycle(event: Lifecycle, connection: Connection): string | undefined {
    const reducer = this.#options.host.schema.reducers.find(({ lifecycle }) => lifecycle === event);
    if (reducer === undefined) return undefined;
    const { name, id } = reducer;
    const record = this.#record(connection, { reducer: name, reducerId: id, args: NO_ARGS, requestId: 0 });
    const result = this.#watch.during(connection.id, NO_ARGS, () =>
      this.#options.host.call(name, NO_ARGS, callerOf(record)),
    );
    if ('failed' in result) return result.failed;
    this.#broadcast(record, result.committed, undefined);
    return undefined;
  }

  #record(
    { identity, connectionId }: Connection,
    call: Pick<messages.CallRecord, 'reducer' | 'reducerId' | 'args' | 'requestId'>,
  ): messages.CallRecord {
    return { ...call, identity, connectionId, timestampMicros: this.#now() };
  }

  /** Never the same twice, though the clock counts milliseconds: modules draw their random numbers from it. */
  #now(): bigint {
    const now = BigInt(Date.now()) * 1_000n;
    const isSame = this.#lastMicros >= now && this.#lastMicros < now + 1_000n;
    this.#lastMicros = isSame ? this.#lastMicros + 1n : now;
    return this.#lastMicros;
  }

  /** Notifies the caller of every commit, anybody else of what its subscriptions match. */
  #broadcast(
    record: messages.CallRecord,
    changes: readonly TableChange[],
    caller: Connection | undefined,
  ): void {
    for (const connection of this.#connections.values()) {
      const tables = connection.subscriptions.matching(changes);
      if (tables.length === 0 && connection !== caller) continue;
      this.#out.add(connection.id, (writer) => messages.writeCommitted(writer, record, tables));
    }
  }

  #subscribe(connection: Connection, message: ClientMessage & { kind: 'subscribe' }): void {
    const { queryId } = message;
    this.#answer(connection, message, (writer) => {
      const { schema } = this.#options.host;
      const plans = message.queries.flatMap((sql) => planQuery(schema, sql, connection));
      if (connection.subscriptions.has(queryId)) {
        // As an error of the subscription it would end the one that the id belongs to.
        const call = { reducer: '<none>', reducerId: UNKNOWN_REDUCER, args: NO_ARGS, requestId: 0 };
        const sentence = `INVALID_ARGUMENT: The query id ${queryId} is in use; unsubscribe first`;
        return messages.writeFailed(writer, this.#record(connection, call), sentence);
      }
      const added = connection.subscriptions.add(queryId, plans);
      messages.writeSubscribed(writer, message, this.#rowsOf(added, 'inserts'));
    });
  }

  #unsubscribe(connection: Connection, message: ClientMessage & { kind: 'unsubscribe' }): void {
    this.#answer(connection, message, (writer) => {
      const removed = connection.subscriptions.remove(message.queryId);
      messages.writeUnsubscribed(writer, message, this.#rowsOf(removed, 'deletes'));
    });
  }

  #answer(
    connection: Connection,
    ref: messages.RequestRef,
    write: (writer: FrameBatch['writer']) => void,
  ): void {
    try {
      this.#out.add(connection.id, write);
    } catch (thrown) {
      const refusal = EngineError.from(thrown);
      if (refusal.code !== 'INVALID_ARGUMENT') throw thrown;
      this.#out.add(connection.id, (writer) => messages.writeSubscriptionError(writer, ref, refusal.message));
    }
  }

  #rowsOf(plans: readonly Plan[], as: 'inserts' | 'deletes'): messages.TableUpdate[] {
    return plans.map((plan) => {
      const none = { inserts: [], deletes: [] };
      return { table: plan.table, updates: [{ ...none, [as]: [...rowsOf(this.#options.host, plan)] }] };
    });
  }

  /** Sends what is durable; while the disk is busy the next frames collect and go together. */
  #release(): void {
    if (this.#releasing) return;
    this.#releasing = true;
    // After everything that has come already, so that one write to the disk serves it all.
    this.#released = Promise.resolve().then(() => this.#releaseAll());
  }

  async #releaseAll(): Promise<void> {
    try {
      while (!this.#out.isEmpty) {
        const batch = this.#out.take();
        await this.#options.host.durable();
        this.#options.send(batch);
      }
      this.#releasing = false;
    } catch (thrown) {
      this.#options.onFailure(EngineError.from(thrown));
    }
  }
}

function callerOf({ identity, connectionId, timestampMicros }: messages.CallRecord): Caller {
  return { identity, connectionId, timestampMicros };
}
