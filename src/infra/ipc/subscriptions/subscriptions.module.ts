import { Module } from '@nestjs/common';
import { ProjectionsModule } from '../../../projections/projections.module.ts';
import { ConnectionModule } from '../../database/connection/connection.module.ts';
import { SubscriptionController } from './subscription.controller.ts';
import { SubscriptionHub } from './subscription-hub.ts';

/** Brings what is published on the event bus to those who subscribed. */
@Module({
  imports: [ConnectionModule, ProjectionsModule],
  controllers: [SubscriptionController],
  providers: [SubscriptionHub],
})
export class SubscriptionsModule {}
