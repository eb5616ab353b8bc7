import 'reflect-metadata';
import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AsyncMicroserviceOptions } from '@nestjs/microservices';
import { Hotkeys } from './dictation/ports/hotkeys.ts';
import { Microphone } from './dictation/ports/microphone.ts';
import { Recogniser } from './dictation/ports/recogniser.ts';
import { VoiceActivityDetector } from './dictation/ports/voice-activity-detector.ts';
import type { DomainEvent } from './events/domain-event.ts';
import type { AnyLiveEvent } from './events/live-event.ts';
import { HeycatModule, heycatTransport } from './heycat.module.ts';
import type { ServiceOptions } from './infra/config/service-options.ts';
import type { AnswerOf, Methods, ParamsOf } from './infra/ipc/openrpc/methods.ts';
import { IpcServer } from './infra/ipc/transport/ipc-server.ts';
import type { NotificationSink } from './infra/ipc/transport/notification-sink.ts';

/** What a host may bring of its own to record and recognise with. */
export interface VoiceOptions {
  /** Where sound comes from. Default: the system's microphones, and files or programs by their names. */
  microphone?: Microphone;
  /** What notices keys wherever the focus is. Default: libuiohook, once the setting `hotkey.recordingShortcut` is there. */
  hotkeys?: Hotkeys;
  /** What turns it into text. Default: the models in HEYCAT_MODELS_DIR and those that `heycat models install` got. */
  recogniser?: Recogniser;
  /** What notices silence, once the setting `dictation.silenceStop` wants it. Default: Silero's detector. */
  voiceActivityDetector?: VoiceActivityDetector;
}

export interface HeycatOptions extends ServiceOptions, VoiceOptions {
  /** Where the log goes; by default nowhere, since stdout and stderr are the host's. */
  logger?: LoggerService | false;
}

/** An event as subscribers get it: a domain event, or a live one with the time of its delivery. */
export type HeycatEvent = DomainEvent | (AnyLiveEvent & { occurred_at: string; seq?: undefined });

/** A running service. */
export interface Heycat {
  /** Runs any command or query of `describe`. Throws HeycatError with the code that a socket client would get. */
  call<M extends keyof Methods>(method: M, params: ParamsOf<M>): Promise<AnswerOf<M>>;
  call<T = Record<string, unknown>>(method: string, params?: Record<string, unknown>): Promise<T>;
  /**
   * Delivers events from now on, or from `from_seq` on; the parameters are those of the method `subscribe`.
   * @param onLagged the subscription has ended, because its history was replaced: read the state again and subscribe again.
   * @returns a function that ends it.
   */
  subscribe(
    params: Record<string, unknown>,
    onEvent: (event: HeycatEvent) => void,
    onLagged?: () => void,
  ): Promise<() => Promise<void>>;
  /** Ends the socket, the engine and the lock on the data folder. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Runs the service inside this process. Answers at once, while the engine is still starting: until `sync_complete` reads are
 * as the last run left them (`stale: true`), commands wait for the engine.
 * @throws HeycatError BUSY when another process serves the data folder, NOT_AUTHORIZED when a folder is open to others.
 */
export async function createHeycat({ logger = false, ...options }: HeycatOptions = {}): Promise<Heycat> {
  const app = await NestFactory.createMicroservice<AsyncMicroserviceOptions>(
    HeycatModule.forRoot({ ...options, overrides: overridesOf(options) }),
    { ...heycatTransport, logger, abortOnError: false },
  );
  const close = () => app.close();
  try {
    await app.listen();
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return new RunningHeycat(app.get(IpcServer, { strict: false }), close);
}

function overridesOf({ microphone, hotkeys, recogniser, voiceActivityDetector }: VoiceOptions) {
  return [
    { provide: Microphone, useValue: microphone },
    { provide: Hotkeys, useValue: hotkeys },
    { provide: Recogniser, useValue: recogniser },
    { provide: VoiceActivityDetector, useValue: voiceActivityDetector },
  ].filter(({ useValue }) => useValue !== undefined);
}

class RunningHeycat implements Heycat {
  #closed: Promise<void> | undefined;

  constructor(
    private readonly server: IpcServer,
    private readonly end: () => Promise<void>,
  ) {}

  async call<T>(method: string, params: Record<string, unknown> = {}): Promise<T> {
    return (await this.server.call(method, params)) as T;
  }

  async subscribe(
    params: Record<string, unknown>,
    onEvent: (event: HeycatEvent) => void,
    onLagged?: () => void,
  ): Promise<() => Promise<void>> {
    const connection: NotificationSink = {
      notify: (notification) => {
        if (notification.method === 'event') onEvent(notification.params() as unknown as HeycatEvent);
        else if (notification.method === 'lagged') onLagged?.();
        return true;
      },
    };
    const { subscription } = (await this.server.call('subscribe', params, { connection })) as {
      subscription: number;
    };
    return async () => void (await this.server.call('unsubscribe', { subscription }, { connection }));
  }

  close(): Promise<void> {
    return (this.#closed ??= this.end());
  }
}
