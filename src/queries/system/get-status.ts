import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ConnectionReport } from '../../events/change-feed.ts';
import { IsAnyListOf, IsObject } from '../../fields/collections.ts';
import { IsFlag, IsInteger, IsSeq, IsText } from '../../fields/fields.ts';
import { ReadModels, ProjectionStatus } from '../../projections/read-models.ts';
import { answer, QueryOf } from '../query.ts';
import {
  BackupReport,
  ClockReport,
  EngineReport,
  ProcessStatus,
  QueueReport,
  StatusSource,
} from './status-source.ts';

export class ServiceStatus extends ProcessStatus {
  /** Empty before the first baseline, unless a snapshot of it was kept. */
  @IsText()
  epoch!: string;

  @IsSeq()
  last_seq!: number;

  /** True once the read models have agreed with the engine. */
  @IsFlag()
  synced!: boolean;

  @IsObject(EngineReport)
  engine!: EngineReport;

  /** The way to it: whether its changes come through, and for how long they have or have not. */
  @IsObject(ConnectionReport)
  connection!: ConnectionReport;

  @IsObject(QueueReport)
  queue!: QueueReport;

  @IsObject(BackupReport)
  backup!: BackupReport;

  /** Whether the computer slept or its clock was set, within the last ten minutes. */
  @IsObject(ClockReport)
  clock!: ClockReport;

  @IsAnyListOf(IsObject(ProjectionStatus))
  projections!: ProjectionStatus[];

  @IsInteger(0)
  clients!: number;
}

/** How the service does; answered at once, also while the engine is still starting. */
export class GetStatus extends QueryOf(ServiceStatus) {}

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
