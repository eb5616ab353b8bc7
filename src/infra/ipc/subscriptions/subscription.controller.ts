import { Ctx, Payload } from '@nestjs/microservices';
import { HeycatError } from '../../../errors.ts';
import { AREAS, type Area } from '../../../events/areas.ts';
import { IsListOf, IsObject } from '../../../fields/collections.ts';
import { IsFlag, IsId, IsOneOf, IsOptional, IsSeq, IsText, MayBeAbsent } from '../../../fields/fields.ts';
import { DictionaryView } from '../../../projections/dictionary.ts';
import { RecordingsPage } from '../../../projections/recordings.ts';
import { SettingsView } from '../../../projections/settings.ts';
import { StatisticsView } from '../../../projections/statistics.ts';
import { VoiceCommandsView } from '../../../projections/voice-commands.ts';
import { WindowContextsView } from '../../../projections/window-contexts.ts';
import { Method, MethodParams, Nothing } from '../openrpc/method.ts';
import { SUBSCRIBABLE_TYPES } from './subscription.ts';
import { IpcContext } from '../transport/request.ts';
import type { NotificationSink } from '../transport/notification-sink.ts';
import { IpcController } from '../transport/ipc-controller.ts';
import { SubscriptionHub } from './subscription-hub.ts';

/** What the queries answer without params; of a read model that has stopped there is none. */
class ReadModelViews {
  @MayBeAbsent()
  @IsObject(RecordingsPage)
  recordings?: RecordingsPage;

  @MayBeAbsent()
  @IsObject(SettingsView)
  settings?: SettingsView;

  @MayBeAbsent()
  @IsObject(DictionaryView)
  dictionary?: DictionaryView;

  @MayBeAbsent()
  @IsObject(VoiceCommandsView)
  voice_commands?: VoiceCommandsView;

  @MayBeAbsent()
  @IsObject(WindowContextsView)
  window_contexts?: WindowContextsView;

  @MayBeAbsent()
  @IsObject(StatisticsView)
  statistics?: StatisticsView;
}

class SubscribeAnswer {
  @IsId()
  subscription!: number;

  /** Empty while the history is not known yet. */
  @IsText()
  epoch!: string;

  /** The subscription's events begin after this seq, or at from_seq when that is earlier. */
  @IsSeq()
  seq!: number;

  /** Present when from_seq is not part of this history: read the state again, events begin after `seq`. */
  @MayBeAbsent()
  @IsOneOf([true])
  gap?: true;

  /** As in the answer of a query. */
  @MayBeAbsent()
  @IsOneOf([true])
  stale?: true;

  @MayBeAbsent()
  @IsObject(ReadModelViews)
  snapshot?: ReadModelViews;
}

export class SubscribeParams extends MethodParams {
  static readonly answers = [SubscribeAnswer];

  /** Event types; all when absent. */
  @IsOptional()
  @IsListOf(IsOneOf(SUBSCRIBABLE_TYPES))
  types?: string[];

  /** Areas of durable events and of `data_changed`; all when absent. */
  @IsOptional()
  @IsListOf(IsOneOf(AREAS))
  areas?: Area[];

  /** Replays the log from this seq on, itself included. */
  @IsOptional()
  @IsId()
  from_seq?: number;

  /** The epoch that from_seq belongs to. */
  @IsOptional()
  @IsText(128)
  epoch?: string;

  /** True to get the read models with the answer. */
  @IsOptional()
  @IsFlag()
  snapshot?: boolean;
}

export class UnsubscribeParams extends MethodParams {
  static readonly answers = [Nothing];

  @IsId()
  subscription!: number;
}

@IpcController()
export class SubscriptionController {
  constructor(private readonly hub: SubscriptionHub) {}

  @Method('Has events delivered from now on, or from a seq on.', {
    errors: ['ENGINE_UNAVAILABLE', 'INVALID_REQUEST'],
  })
  async subscribe(@Payload() params: SubscribeParams, @Ctx() context: IpcContext): Promise<SubscribeAnswer> {
    const opened = await this.hub.subscribe(listenerOf(context), {
      types: params.types ?? undefined,
      areas: params.areas ?? undefined,
      from_seq: params.from_seq ?? undefined,
      epoch: params.epoch ?? undefined,
      snapshot: params.snapshot ?? undefined,
    });
    context.onAnswered((delivered) => (delivered ? opened.start() : opened.drop()));
    return opened.answer;
  }

  @Method('Ends a subscription.', { errors: ['NOT_FOUND', 'INVALID_REQUEST'] })
  unsubscribe(@Payload() params: UnsubscribeParams, @Ctx() context: IpcContext): Record<string, never> {
    this.hub.unsubscribe(listenerOf(context), params.subscription);
    return {};
  }
}

function listenerOf(context: IpcContext): NotificationSink {
  if (context.connection !== undefined) return context.connection;
  throw new HeycatError('INVALID_REQUEST', 'A subscription needs a connection to send its events to.');
}
