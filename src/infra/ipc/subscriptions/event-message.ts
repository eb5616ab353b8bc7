import type { Area } from '../../../events/areas.ts';
import type { DomainEvent } from '../../../events/domain-event.ts';
import type { AnyLiveEvent, LiveEventType } from '../../../events/live-event.ts';
import type { Notification } from '../transport/notification-sink.ts';

/** State, published as events: of several that wait for a slow reader, the latest says all. */
const STATE_LIKE: ReadonlySet<string> = new Set<LiveEventType>([
  'active_window_changed',
  'audio_level',
  'backup_progress',
  'connection_status',
  'data_changed',
  'sync_complete',
  'transcription_partial',
]);

/** One event on its way to any number of subscriptions: its JSON is written once. */
export class EventMessage {
  readonly type: string;
  readonly seq: number | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
  #json: string | undefined;
  #bytes = 0;

  private constructor(fields: Record<string, unknown> & { type: string; seq?: number }) {
    this.type = fields.type;
    this.seq = fields.seq;
    this.fields = fields;
  }

  /** @param alias the name under which the subscriber asked for it. */
  static durable(event: DomainEvent, alias?: string): EventMessage {
    const { seq, type, area, entity_id, occurred_at, command_id, actor, payload } = event;
    return new EventMessage({
      seq,
      type: alias ?? type,
      area,
      entity_id,
      occurred_at,
      command_id,
      actor,
      payload,
    });
  }

  static live({ type, payload }: AnyLiveEvent, occurred_at: string): EventMessage {
    return new EventMessage({ type, occurred_at, payload });
  }

  get isStateLike(): boolean {
    return STATE_LIKE.has(this.type);
  }

  /** Size of the event in UTF-8, without the envelope that each subscription adds. */
  get bytes(): number {
    if (this.#bytes === 0) this.#bytes = Buffer.byteLength(this.#tail());
    return this.#bytes;
  }

  /** What stands for this event and an older one of its type that has not been read yet. */
  mergedWith(older: EventMessage): EventMessage {
    if (this.type !== 'data_changed') return this;
    const areas = new Set([...older.areas, ...this.areas]);
    return new EventMessage({ ...this.fields, type: this.type, payload: { areas: [...areas] } });
  }

  /** The areas of a `data_changed`. */
  get areas(): Area[] {
    return (this.fields['payload'] as { areas: Area[] }).areas;
  }

  to(subscription: number): Notification {
    return {
      method: 'event',
      params: () => ({ subscription, ...this.fields }),
      body: () =>
        `{"jsonrpc":"2.0","method":"event","params":{"subscription":${subscription},${this.#tail()}}`,
    };
  }

  /** The event's JSON without the opening brace. */
  #tail(): string {
    this.#json ??= JSON.stringify(this.fields).slice(1);
    return this.#json;
  }
}
