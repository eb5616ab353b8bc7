import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { HeycatError } from '../../../src/errors.ts';
import type { Area } from '../../../src/events/areas.ts';
import type { DomainEvent } from '../../../src/events/domain-event.ts';
import { FrameParser, encodeFrame } from '../../../src/infra/ipc/transport/wire-format.ts';
import { proofOf } from '../../../src/infra/ipc/transport/handshake.ts';
import { IpcContext } from '../../../src/infra/ipc/transport/request.ts';
import { IpcController } from '../../../src/infra/ipc/transport/ipc-controller.ts';
import { IpcServer } from '../../../src/infra/ipc/transport/ipc-server.ts';
import type { IpcLimits } from '../../../src/infra/ipc/transport/limits.ts';
import { readRuntimeFile, type RuntimeFile } from '../../../src/infra/ipc/transport/runtime-file.ts';
import { SubscriptionController } from '../../../src/infra/ipc/subscriptions/subscription.controller.ts';
import { SubscriptionHub, type HubOptions } from '../../../src/infra/ipc/subscriptions/subscription-hub.ts';
import { TransactionProjected } from '../../../src/projections/projection-runner.ts';
import type { ReadModels } from '../../../src/projections/read-models.ts';

/** A history in memory; `record` appends and publishes one transaction. */
export class History implements Pick<ReadModels, 'epoch' | 'seq' | 'stale' | 'snapshot'> {
  readonly events: DomainEvent[] = [];
  readonly log = {
    read: async (fromSeq: number, limit: number): Promise<DomainEvent[]> => {
      await this.beforeRead();
      return this.events.filter((event) => event.seq >= fromSeq).slice(0, limit);
    },
    history: async (): Promise<DomainEvent[]> => [],
  };
  epoch = 'epoch-1';
  stale = false;
  /** The projections hold so much of it; all, when undefined. */
  projected: number | undefined;
  /** What reading the log costs; a test may make it slow or failing. */
  beforeRead: () => Promise<unknown> = () => Promise.resolve();

  get seq(): number {
    return this.projected ?? this.events.length;
  }

  snapshot = (): Record<string, unknown> => ({ recordings: this.events.map(({ seq }) => seq) });

  /** Appends one event of the area per given payload. */
  append(area: Area = 'recordings', payloads: Record<string, unknown>[] = [{}]): DomainEvent[] {
    const added = payloads.map((payload, index) => {
      const seq = this.events.length + 1 + index;
      return {
        seq,
        type: area === 'settings' ? 'setting_updated' : 'recording_added',
        schema_version: 1,
        area,
        entity_id: String(seq),
        occurred_at: '2026-01-02T03:04:05.678Z',
        command_id: '00000000-0000-4000-8000-000000000000',
        actor: 'a'.repeat(64),
        payload,
      } as unknown as DomainEvent;
    });
    this.events.push(...added);
    return added;
  }
}

@IpcController()
class EchoController {
  static aborted = 0;
  static large = 0;

  @MessagePattern('list_recordings')
  list(): Record<string, unknown> {
    return {
      recordings: [{ id: 1, file_path: '/tmp/a.wav' }],
      total_count: 1,
      has_more: false,
      as_of_seq: 0,
    };
  }

  @MessagePattern('echo')
  echo(@Payload() params: Record<string, unknown>): Record<string, unknown> {
    return params;
  }

  @MessagePattern('refuse')
  refuse(): never {
    throw new HeycatError('CONFLICT', 'It has changed.', { id: 7 });
  }

  @MessagePattern('crash')
  crash(): never {
    throw new TypeError('a secret');
  }

  @MessagePattern('large')
  large(@Payload() params: { bytes: number }): string {
    EchoController.large += 1;
    return 'x'.repeat(params.bytes);
  }

  /** Never answers by itself. */
  @MessagePattern('wait')
  async wait(@Ctx() context: IpcContext): Promise<void> {
    const { signal } = context;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    EchoController.aborted += 1;
  }
}

export interface Service extends AsyncDisposable {
  app: INestMicroservice;
  server: IpcServer;
  hub: SubscriptionHub;
  history: History;
  runtimeDir: string;
  runtime: RuntimeFile;
  token: string;
  /** How many `wait` requests have seen their signal abort, in all services. */
  abortedWaits(): number;
  /** How many `large` requests have been handled, in all services. */
  largeAnswers(): number;
  close(): Promise<void>;
}

export interface ServiceOptions {
  limits?: Partial<IpcLimits>;
  hub?: HubOptions;
  runtimeDir?: string;
  history?: History;
}

export async function startService(options: ServiceOptions = {}): Promise<Service> {
  const runtimeDir = options.runtimeDir ?? (await mkdtemp(join(tmpdir(), 'heycat-ipc-')));
  const history = options.history ?? new History();
  const hub = new SubscriptionHub(history, history.log, options.hub);

  const server = new IpcServer({
    runtimeDir,
    server: { name: 'heycat-test', version: '0.0.0' },
    head: () => ({ epoch: history.epoch, seq: history.seq }),
    identity: () => 'f'.repeat(64),
    features: ['subscribe'],
    limits: { drain_ms: 50, ...options.limits },
  });
  @Module({
    controllers: [EchoController, SubscriptionController],
    providers: [
      { provide: SubscriptionHub, useValue: hub },
      { provide: IpcServer, useValue: server },
    ],
  })
  class TestModule {}

  const app = await NestFactory.createMicroservice(TestModule, { strategy: server, logger: false });
  await app.listen();
  const runtime = await readRuntimeFile(runtimeDir);
  const close = (): Promise<void> => app.close();
  return {
    app,
    server,
    hub,
    history,
    runtimeDir,
    runtime,
    token: (await readFile(runtime.token_file, 'utf8')).trim(),
    abortedWaits: () => EchoController.aborted,
    largeAnswers: () => EchoController.large,
    close,
    async [Symbol.asyncDispose]() {
      await close();
      if (options.runtimeDir === undefined) await rm(runtimeDir, { recursive: true, force: true });
    },
  };
}

export interface Message {
  id?: number | string | null;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { code: number; message: string; data: { code: string; details: Record<string, unknown> } };
}

/** Publishes one transaction to subscribers, as the projections do. */
export function publish(hub: SubscriptionHub, events: DomainEvent[], areas: Area[] = ['recordings']): void {
  hub.handle(new TransactionProjected(events, new Set(areas)));
}

/** A client without manners: it sends any bytes and keeps all messages. */
export class RawClient implements Disposable {
  readonly socket: Socket;
  readonly messages: (Message & Message[])[] = [];
  isClosed = false;
  readonly #parser = new FrameParser({ maxBodyBytes: 64 * 1024 * 1024, maxHeaderBytes: 4096 });

  constructor(path: string) {
    this.socket = connect(path);
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => (this.isClosed = true));
    this.socket.on('data', (chunk) => {
      this.#parser.push(chunk);
      for (let body = this.#parser.next(); body; body = this.#parser.next()) {
        this.messages.push(JSON.parse(body.toString()));
      }
    });
  }

  static async authenticated(
    service: Pick<Service, 'runtime' | 'token'>,
    onAnswer: (method: string, answer: Message) => void = () => undefined,
  ): Promise<RawClient> {
    const client = new RawClient(service.runtime.socket);
    const nonce = 'ab'.repeat(32);
    const hello = await client.request(1, 'hello', { protocol: { min: 1, max: 1 }, client: {}, nonce });
    const nonces = { client: nonce, server: String(hello.result?.['nonce']) };
    const welcome = await client.request(2, 'authenticate', {
      proof: proofOf('client', service.token, nonces),
    });
    onAnswer('hello', hello);
    onAnswer('authenticate', welcome);
    client.messages.length = 0;
    return client;
  }

  send(message: unknown): void {
    this.socket.write(encodeFrame(JSON.stringify(message)));
  }

  write(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  async request(id: number | string, method: string, params?: unknown): Promise<Message> {
    this.send({ jsonrpc: '2.0', id, method, params });
    return this.answer(id);
  }

  async answer(id: number | string | null): Promise<Message> {
    await until(() => this.isClosed || this.messages.some((message) => message.id === id));
    return this.messages.find((message) => message.id === id) ?? {};
  }

  async closed(): Promise<void> {
    await until(() => this.isClosed);
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

/** Waits for a condition, long enough for the busiest machine. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`never true: ${condition.toString()}`);
    await delay(2);
  }
}
