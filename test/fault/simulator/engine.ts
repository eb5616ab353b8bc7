import { HeycatError } from '../../../src/errors.ts';
import type {
  Engine,
  EngineEndpoint,
  EngineSocket,
  EngineState,
} from '../../../src/infra/database/engine.ts';
import type { Process } from './clock.ts';
import { USER } from './identities.ts';
import { SimServer, type ServerParts } from './server.ts';
import { world } from './world.ts';

const START_MS = 150;
/** So many starts fail. */
const FAILING = 0.03;

/** What a machine has of an engine: its server, which the service that started it may leave behind. */
export interface EnginePlace extends ServerParts {
  server?: SimServer | undefined;
  /** True once nothing may go wrong any more. */
  isHealed: boolean;
  /** What the endpoint says of itself. */
  isDurable: boolean;
}

/** The service's view of its server, as the sidecar and the embedded engine have it. */
export class SimEngine implements Engine {
  onExit?: ((cause: string) => void) | undefined;
  #state: EngineState = 'stopped';
  #cause: string | undefined;
  #starting: Promise<EngineEndpoint> | undefined;

  constructor(
    private readonly place: EnginePlace,
    private readonly service: Process,
  ) {
    // The embedded one is a thread of the service.
    if (this.#kind === 'embedded') service.onEnd(() => place.server?.kill('its service was killed'));
  }

  get #kind(): 'embedded' | 'sidecar' {
    return this.place.database.isSafe ? 'embedded' : 'sidecar';
  }

  get status() {
    return { kind: this.#kind, state: this.#state, ...(this.#cause !== undefined && { cause: this.#cause }) };
  }

  start(): Promise<EngineEndpoint> {
    this.#starting ??= this.#start().catch((thrown: unknown) => {
      this.#starting = undefined;
      throw thrown;
    });
    return this.#starting;
  }

  async stop(): Promise<void> {
    await Promise.allSettled([this.#starting]);
    this.#starting = undefined;
    this.#state = 'stopped';
    this.#endServer('was ended');
    await world().clock.sleep(world().random() * START_MS);
  }

  async #start(): Promise<EngineEndpoint> {
    const { clock, random } = world();
    this.#state = 'starting';
    this.#cause = undefined;
    this.#endServer('was left behind and ended');
    await clock.sleep(random() * START_MS);
    if (!this.place.isHealed && random() < FAILING) {
      this.#state = 'failed';
      this.#cause = 'It did not start.';
      throw unavailable(this.#cause);
    }
    const server = await this.#turnOf(SimServer.start(this.place));
    this.place.server = server;
    server.onExit = (cause) =>
      clock.after(random() * START_MS, () => this.#exited(server, cause), this.service);
    this.#state = 'ready';
    const { isDurable: durable } = this.place;
    const connect = (deadlineMs: number) => this.#connect(server, deadlineMs);
    return { database: 'heycat-data', identity: USER, durable, connect };
  }

  async #connect(server: SimServer, deadlineMs: number): Promise<EngineSocket> {
    if (!server.process.isAlive) throw unavailable('It has ended.');
    const late = world()
      .clock.sleep(deadlineMs)
      .then(() => Promise.reject(unavailable('It does not answer.')));
    return (await Promise.race([server.connect(this.service), late])).socket;
  }

  /** Brings what came about in another's turn into one of the service's. */
  #turnOf<T>(work: Promise<T>): Promise<T> {
    const { clock } = world();
    return new Promise((resolve, reject) => {
      work.then(
        (value) => clock.has(this.service, () => resolve(value)),
        (thrown: unknown) => clock.has(this.service, () => reject(thrown)),
      );
    });
  }

  #endServer(how: string): void {
    const { server } = this.place;
    this.place.server = undefined;
    if (server === undefined) return;
    server.onExit = () => undefined;
    server.kill(how);
  }

  #exited(server: SimServer, cause: string): void {
    if (this.place.server !== server) return;
    this.place.server = undefined;
    this.#state = 'failed';
    this.#cause = cause;
    this.#starting = undefined;
    this.onExit?.(cause);
  }
}

function unavailable(cause: string): HeycatError {
  return new HeycatError('ENGINE_UNAVAILABLE', cause);
}
