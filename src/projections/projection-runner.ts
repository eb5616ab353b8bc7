import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { EventBus } from '@nestjs/cqrs';
import type { Area } from '../events/areas.ts';
import { type ChangeBatch, ChangeFeed } from '../events/change-feed.ts';
import type { DomainEvent } from '../events/domain-event.ts';
import { SyncCompleteEvent } from '../events/live-event.ts';
import { ReadModels } from './read-models.ts';

/** The read models now hold one more transaction, or what a baseline brought. */
export class TransactionProjected {
  constructor(
    /** Those not published before, in order of seq. */
    readonly events: readonly DomainEvent[],
    /** Areas whose rows or events changed. */
    readonly areas: ReadonlySet<Area>,
  ) {}
}

/** Brings every batch into the read models at once, then publishes what changed. Never throws into the feed. */
@Injectable()
export class ProjectionRunner implements OnModuleInit, OnApplicationShutdown {
  readonly #logger = new Logger(ProjectionRunner.name);
  #stopListening: (() => void) | undefined;

  constructor(
    private readonly feed: ChangeFeed,
    private readonly models: ReadModels,
    private readonly eventBus: EventBus,
  ) {}

  onModuleInit(): void {
    this.#stopListening = this.feed.listen({ onBatch: (batch) => this.#onBatch(batch) });
  }

  onApplicationShutdown(): void {
    this.#stopListening?.();
    this.models.close();
  }

  #onBatch(batch: ChangeBatch): void {
    const applied = this.models.apply(batch);
    if (applied === undefined) {
      this.#logger.warn(
        `Ignored a transaction that is out of turn: seq ${batch.seq}, read models at ${this.models.seq}`,
      );
      return;
    }
    for (const { name, cause } of applied.failures) {
      this.#logger.error(`Projection ${name} has stopped before seq ${batch.seq}`, frames(cause));
    }
    if (applied.events.length > 0 || applied.areas.size > 0) {
      this.#publish(new TransactionProjected(applied.events, applied.areas), batch);
    }
    if (batch.kind === 'baseline') {
      this.#publish(new SyncCompleteEvent({ epoch: batch.epoch, seq: batch.seq }), batch);
    }
  }

  #publish(event: TransactionProjected | SyncCompleteEvent, { seq }: ChangeBatch): void {
    try {
      this.eventBus.publish(event);
    } catch (cause) {
      this.#logger.error(`Publishing ${event.constructor.name} failed at seq ${seq}`, frames(cause));
    }
  }
}

/** Where it happened, without the message, which might quote dictated text. */
function frames(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  return [cause.name, ...(cause.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))].join('\n');
}
