import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { ConnectionReport } from '../../events/change-feed.ts';
import { ReadModels, type ProjectionStatus } from '../../projections/read-models.ts';
import { answer, QueryMessage } from '../query.ts';
import {
  type BackupReport,
  type ClockReport,
  type EngineReport,
  type ProcessStatus,
  StatusSource,
} from './status-source.ts';

export interface ServiceStatus extends ProcessStatus {
  /** Empty before the first baseline, unless a snapshot of it was kept. */
  epoch: string;
  last_seq: number;
  /** True once the read models have agreed with the engine. */
  synced: boolean;
  engine: EngineReport;
  /** The way to it: whether its changes come through, and for how long they have or have not. */
  connection: ConnectionReport;
  queue: { pending: number; dead: number };
  backup: BackupReport;
  /** Whether the computer slept or its clock was set, within the last ten minutes. */
  clock: ClockReport;
  projections: ProjectionStatus[];
  clients: number;
}

/** How the service does; answered at once, also while the engine is still starting. */
export class GetStatus extends QueryMessage<ServiceStatus> {}

@QueryHandler(GetStatus)
export class GetStatusHandler implements IQueryHandler<GetStatus> {
  constructor(
    private readonly models: ReadModels,
    private readonly source: StatusSource,
  ) {}

  async execute(query: GetStatus) {
    return answer(this.models, query, () => ({
      ...this.source.process(),
      epoch: this.models.epoch,
      last_seq: this.models.seq,
      synced: !this.models.stale,
      engine: this.source.engine(),
      connection: this.source.connection(),
      queue: this.source.queue(),
      backup: this.source.backup(),
      clock: this.source.clock(),
      projections: this.models.describe(),
      clients: this.source.clients(),
    }));
  }
}
