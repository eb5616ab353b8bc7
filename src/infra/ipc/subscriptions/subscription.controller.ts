import { Controller } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsInt,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { HeycatError } from '../../../errors.ts';
import { IpcContext } from '../transport/ipc-context.ts';
import type { NotificationSink } from '../transport/notification-sink.ts';
import { SubscriptionHub, type SubscribeAnswer } from './subscription-hub.ts';

export class SubscribeParams {
  /** Event types; all when absent. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(64)
  @IsString({ each: true })
  types?: string[];

  /** Areas of durable events and of `data_changed`; all when absent. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(64)
  @IsString({ each: true })
  areas?: string[];

  /** Replays the log from this seq on, itself included. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  from_seq?: number;

  /** The epoch that from_seq belongs to. */
  @IsOptional()
  @IsString()
  @MaxLength(128)
  epoch?: string;

  /** True to get the read models with the answer. */
  @IsOptional()
  @IsBoolean()
  snapshot?: boolean;
}

export class UnsubscribeParams {
  @IsInt()
  @Min(1)
  subscription!: number;
}

@Controller()
export class SubscriptionController {
  constructor(private readonly hub: SubscriptionHub) {}

  @MessagePattern('subscribe')
  async subscribe(@Payload() params: SubscribeParams, @Ctx() context: IpcContext): Promise<SubscribeAnswer> {
    const opened = await this.hub.subscribe(listenerOf(context), params);
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
