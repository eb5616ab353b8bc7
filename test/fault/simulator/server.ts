import { openHostOn } from '../../../src/infra/database/embedded/host/open-module-host.ts';
import type { ModuleHost } from '../../../src/infra/database/embedded/module-host.ts';
import { DatabaseServer } from '../../../src/infra/database/embedded/worker/database-server.ts';
import { readBatch } from '../../../src/infra/database/embedded/worker/frame-batch.ts';
import { identityBytes } from '../../../src/infra/database/identity/claims.ts';
import { Process } from './clock.ts';
import type { Database } from './database.ts';
import { DATABASE, DEPLOYER, USER } from './identities.ts';
import { Wire } from './wire.ts';
import { note, world } from './world.ts';

const DEPLOYER_BYTES = identityBytes(DEPLOYER);
const USER_BYTES = identityBytes(USER);

/** What a server is made of; a broken one has another host. */
export interface ServerParts {
  module: WebAssembly.Module;
  database: Database;
  hostOf?(host: ModuleHost): ModuleHost;
}

/** A running database server: the module on its rows, told by frames of `v1.bsatn`. */
export class SimServer {
  readonly process = new Process('server');
  readonly wires = new Map<number, Wire>();
  /** Called once, when it has ended. */
  onExit: (cause: string) => void = () => undefined;
  #server!: DatabaseServer;
  #lastId = 0;

  private constructor(private readonly database: Database) {}

  /** Resolves in the server's turn. */
  static start({ module, database, hostOf = (host) => host }: ServerParts): Promise<SimServer> {
    const started = new SimServer(database);
    return new Promise((resolve, reject) => {
      const open = async (): Promise<SimServer> => {
        const host = hostOf(await openFor(module, database));
        started.#server = new DatabaseServer({
          host,
          owner: DEPLOYER_BYTES,
          send: (batch) => started.#send(batch),
          onFailure: (error) => started.kill(error.message),
        });
        return started;
      };
      world().clock.has(started.process, () => void open().then(resolve, reject));
    });
  }

  /** Opens a connection as the user; its end of the wire belongs to `service`. */
  connect(service: Process): Promise<Wire> {
    const id = (this.#lastId += 1);
    const { clock, random } = world();
    const connectionId = Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256));
    const wire = new Wire({
      service,
      server: this.process,
      onFrame: (frame) => this.#server.receive(id, frame),
      onEnd: () => this.#close(id),
    });
    service.onEnd(() => wire.cut());
    return new Promise((resolve, reject) => {
      clock.has(this.process, () => {
        this.wires.set(id, wire);
        const refusal = this.#server.open({ id, identity: USER_BYTES, connectionId });
        clock.has(service, () => (refusal === undefined ? resolve(wire) : reject(new Error(refusal))));
      });
    });
  }

  /** Ends it without notice: what its disk does not have may be lost. */
  kill(cause: string): void {
    if (!this.process.isAlive) return;
    this.process.end();
    note(`server: ${cause}, ${this.database.crash()} commits lost`);
    // What it has sent may still come.
    for (const wire of this.wires.values()) {
      if (world().random() < 0.5) wire.cut();
      else wire.finish();
    }
    this.onExit(cause);
  }

  #close(id: number): void {
    this.#server.close(id);
    this.wires.delete(id);
  }

  #send(batch: Uint8Array): void {
    for (const { connection, frame } of readBatch(batch)) {
      const wire = this.wires.get(connection);
      if (frame.length > 0) wire?.deliver(frame);
      else wire?.finish();
    }
  }
}

/** A host that has let the user in. */
async function openFor(module: WebAssembly.Module, database: Database): Promise<ModuleHost> {
  const host = await openHostOn(
    module,
    { databaseIdentity: identityBytes(DATABASE), owner: DEPLOYER_BYTES },
    async () => database,
  );
  const timestampMicros = BigInt(Date.now()) * 1_000n;
  const caller = { identity: DEPLOYER_BYTES, connectionId: new Uint8Array(16), timestampMicros };
  const admitted = host.call('admit_member', USER_BYTES, caller);
  if ('failed' in admitted) throw new Error(admitted.failed);
  database.flush();
  return host;
}
