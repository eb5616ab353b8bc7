import { ClientProxy, type ReadPacket, type WritePacket } from '@nestjs/microservices';
import { HeycatError } from '../../../errors.ts';
import { HeycatClient, type ConnectOptions } from './client.ts';

/** Nest's way to the service: `{customClass: IpcClientProxy, options: {runtimeDir}}`, then `send(method, params)`. */
export class IpcClientProxy extends ClientProxy {
  readonly #options: ConnectOptions;
  #client: Promise<HeycatClient> | undefined;

  constructor(options: ConnectOptions = {}) {
    super();
    this.#options = options;
  }

  override connect(): Promise<HeycatClient> {
    this.#client ??= HeycatClient.connect(this.#options).catch((error: unknown) => {
      this.#client = undefined;
      throw error;
    });
    return this.#client;
  }

  override async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    this.#client = undefined;
    await client?.close();
  }

  /** The promise of the {@link HeycatClient} underneath. */
  override unwrap<T>(): T {
    return this.#client as T;
  }

  protected override publish(packet: ReadPacket, callback: (packet: WritePacket) => void): () => void {
    const abort = new AbortController();
    const answer = async (): Promise<WritePacket> => {
      try {
        const client = await this.connect();
        const params = packet.data as object;
        const response = await client.call(String(packet.pattern), params, { signal: abort.signal });
        return { response, isDisposed: true };
      } catch (err) {
        return { err };
      }
    };
    const run = async (): Promise<void> => callback(await answer());
    void run();
    return () => abort.abort();
  }

  /** @throws HeycatError METHOD_NOT_FOUND: clients of the service send requests, never events. */
  protected override dispatchEvent<T>(packet: ReadPacket): Promise<T> {
    const message = `${String(packet.pattern)}: clients send requests; use send().`;
    return Promise.reject(new HeycatError('METHOD_NOT_FOUND', message));
  }
}
