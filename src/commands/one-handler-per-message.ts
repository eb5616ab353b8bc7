import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Command, Query } from '@nestjs/cqrs';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { HeycatError } from '../errors.ts';

type Message = abstract new () => unknown;

/** The keys under which @nestjs/cqrs notes a handler's message; it does not export them. */
const HANDLER_KEYS = ['__commandHandler__', '__queryHandler__'];

/**
 * Proves while the service starts that every command and query has exactly one handler: @nestjs/cqrs itself only
 * warns of a second one and uses it, and notices a missing one when the first caller asks.
 */
@Injectable()
export class OneHandlerPerMessage implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** @throws HeycatError INTERNAL naming the messages and their handlers. */
  onModuleInit(): void {
    const handlers = this.#handlers();
    const wrong = [...new Set([...handlers.keys(), ...this.#dispatched()])]
      .map((message) => ({ message: message.name, handlers: handlers.get(message) ?? [] }))
      .filter((entry) => entry.handlers.length !== 1);
    if (wrong.length === 0) return;
    const list = wrong.map((entry) => `${entry.message} has ${entry.handlers.join(' and ') || 'none'}`);
    throw new HeycatError('INTERNAL', `Each message needs exactly one handler: ${list.join('; ')}.`, {
      wrong,
    });
  }

  /** Names of the handlers of each message. */
  #handlers(): Map<Message, string[]> {
    const handlers = new Map<Message, string[]>();
    for (const { metatype } of this.discovery.getProviders()) {
      for (const message of messagesOf(metatype)) {
        handlers.set(message, [...(handlers.get(message) ?? []), metatype!.name]);
      }
    }
    return handlers;
  }

  /** Messages that some controller takes as a parameter. */
  #dispatched(): Message[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      const prototype = metatype?.prototype as object | undefined;
      if (prototype === undefined) return [];
      const types = this.scanner
        .getAllMethodNames(prototype)
        .flatMap(
          (method) => (Reflect.getMetadata('design:paramtypes', prototype, method) as Message[]) ?? [],
        );
      return types.filter((type) => type?.prototype instanceof Command || type?.prototype instanceof Query);
    });
  }
}

function messagesOf(metatype: InstanceWrapper['metatype']): Message[] {
  if (typeof metatype !== 'function') return [];
  return HANDLER_KEYS.map((key) => Reflect.getMetadata(key, metatype) as Message | undefined).filter(
    (message) => message !== undefined,
  );
}
