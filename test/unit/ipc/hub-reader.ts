import type { Area } from '../../../src/events/areas.ts';
import { SyncCompleteEvent } from '../../../src/events/live-event.ts';
import type {
  Notification,
  NotificationSender,
  NotificationSink,
} from '../../../src/infra/ipc/transport/notification-sink.ts';
import {
  SubscriptionHub,
  type HubOptions,
  type SubscribeRequest,
} from '../../../src/infra/ipc/subscriptions/subscription-hub.ts';
import { History, publish as publishTo, type Message } from './service.ts';

/** A reader that takes `room` notifications, then none until it is given more room. */
export class Reader implements NotificationSink {
  readonly messages: Message[] = [];
  room = Infinity;
  #sender: NotificationSender | undefined;

  notify(notification: Notification): boolean {
    const message = JSON.parse(notification.body()) as Message;
    expect(message.params).toEqual(JSON.parse(JSON.stringify(notification.params())));
    this.messages.push(message);
    this.room -= 1;
    return this.room > 0;
  }

  read(room = Infinity): void {
    const wasFull = this.room <= 0;
    this.room = room;
    if (wasFull) this.#sender?.ready();
  }

  attach(sender: NotificationSender): void {
    this.#sender = sender;
  }

  close(): void {
    this.#sender?.closed();
  }

  get params(): Record<string, unknown>[] {
    return this.messages.map(({ params }) => params!);
  }

  get seqs(): unknown[] {
    return this.params.map(({ seq }) => seq).filter((seq) => seq !== undefined);
  }

  get types(): unknown[] {
    return this.params.map(({ type }) => type);
  }
}

export function setUp(options?: HubOptions) {
  const history = new History();
  const hub = new SubscriptionHub(history, history.log, options);
  const publish = (area: Area = 'recordings', payloads?: Record<string, unknown>[]): void =>
    publishTo(hub, history.append(area, payloads), [area]);
  /** The engine's history is the one that the projections hold now. */
  const synced = (): void => hub.handle(new SyncCompleteEvent({ epoch: history.epoch, seq: history.seq }));
  const open = async (request: SubscribeRequest = {}, reader = new Reader()) => {
    const opened = await hub.subscribe(reader, request);
    opened.start();
    return { reader, answer: opened.answer };
  };
  return { history, hub, publish, synced, open };
}

export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
