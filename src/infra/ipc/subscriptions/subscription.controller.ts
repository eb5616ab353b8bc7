import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { HeycatError } from '../../../errors.ts';
import { AREAS, type Area } from '../../../events/areas.ts';
import { IsListOf } from '../../../fields/collections.ts';
import { IsFlag, IsId, IsOneOf, IsOptional, IsText } from '../../../fields/fields.ts';
import { SUBSCRIBABLE_TYPES } from './subscription.ts';
import { IpcContext } from '../transport/ipc-context.ts';
import type { NotificationSink } from '../transport/notification-sink.ts';
import { SubscriptionHub, type SubscribeAnswer } from './subscription-hub.ts';
import { IpcController } from '../transport/ipc-controller.ts';

export class SubscribeParams {
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

export class UnsubscribeParams {
  @IsId()
  subscription!: number;
}

@IpcController()
export class SubscriptionController {
  constructor(private readonly hub: SubscriptionHub) {}

  @MessagePattern('subscribe')
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

  @MessagePattern('unsubscribe')
  unsubscribe(@Payload() params: UnsubscribeParams, @Ctx() context: IpcContext): Record<string, never> {
    this.hub.unsubscribe(listenerOf(context), params.subscription);
    return {};
  }
}

function listenerOf(context: IpcContext): NotificationSink {
  if (context.connection !== undefined) return context.connection;
  throw new HeycatError('INVALID_REQUEST', 'A subscription needs a connection to send its events to.');
}
