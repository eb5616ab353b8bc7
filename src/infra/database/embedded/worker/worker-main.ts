import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { EngineError } from '../engine-error.ts';
import { BusyWait } from '../../../process/waiting.ts';
import { garbageCollector, whileIdle } from '../../../process/idle-memory.ts';
import { openModuleHost } from '../host/open-module-host.ts';
import type { ModuleHost } from '../module-host.ts';
import { CallWatch } from './call-watch.ts';
import { DatabaseServer } from './database-server.ts';
import { readBatch } from './frame-batch.ts';
import type { FromWorker, ToWorker, WorkerStart } from './messages.ts';

const start = workerData as WorkerStart;
const MESSAGES_AT_ONCE = 16;
/** Who sends one command after the other needs less from an answer to the next. */
const NEXT_MS = 0.5;

function post(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

/** Ends this thread because of an error. */
function fail(thrown: unknown): void {
  const { code, message, details } = EngineError.from(thrown);
  post({ kind: 'failed', code, message, details });
  parentPort?.close();
}

async function open(): Promise<ModuleHost> {
  const { wasm, folder, database, owner } = start;
  const host = await openModuleHost({
    wasm,
    folder,
    databaseIdentity: database,
    owner,
    onLog: (level, text) => post({ kind: 'log', level, text }),
  });
  try {
    await admitUser(host);
    return host;
  } catch (thrown) {
    await host.close();
    throw thrown;
  }
}

/** A module without members lets everybody in. */
async function admitUser(host: ModuleHost): Promise<void> {
  const { reducer, args } = start.admission;
  if (!host.schema.reducers.some(({ name }) => name === reducer)) return;
  const result = host.call(reducer, args, {
    identity: start.owner,
    connectionId: new Uint8Array(16),
    timestampMicros: BigInt(Date.now()) * 1_000n,
  });
  if ('failed' in result) {
    throw new EngineError('ENGINE_UNAVAILABLE', `The module did not admit its user: ${result.failed}`);
  }
  await host.durable();
}

function serve(host: ModuleHost): void {
  const next = new BusyWait(NEXT_MS);
  const server = new DatabaseServer({
    host,
    owner: start.owner,
    watch: new CallWatch(start.watch),
    send: (batch) => {
      post({ kind: 'frames', batch }, [batch.buffer]);
      next.begin();
    },
    onFailure: fail,
  });
  parentPort?.on('message', (first: ToWorker) => {
    next.end();
    try {
      for (const message of waiting(first)) take(server, host, message);
    } catch (thrown) {
      fail(thrown);
    }
  });
  post({ kind: 'ready' });
  const collect = garbageCollector();
  whileIdle(() => void host.rest().then(collect, fail));
}

/** What has come meanwhile too, so that one write to the disk serves it all. */
function* waiting(first: ToWorker): Iterable<ToWorker> {
  yield first;
  for (let count = 1; count < MESSAGES_AT_ONCE; count++) {
    const next = parentPort && receiveMessageOnPort(parentPort);
    if (!next) return;
    yield next.message as ToWorker;
  }
}

function take(server: DatabaseServer, host: ModuleHost, message: ToWorker): void {
  switch (message.kind) {
    case 'frames':
      for (const { connection, frame } of readBatch(message.batch)) server.receive(connection, frame);
      return;
    case 'open': {
      const { connection: id, identity, connectionId } = message;
      const text = server.open({ id, identity, connectionId });
      if (text !== undefined) post({ kind: 'refused', connection: id, text });
      return;
    }
    case 'close':
      return server.close(message.connection);
    case 'stop':
      server
        .end()
        .then(() => host.close())
        .then(() => parentPort?.close(), fail);
  }
}

open().then(serve, fail);
