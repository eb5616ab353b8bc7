import { Module } from '@nestjs/common';
import { ProjectionRunner } from './projection-runner.ts';
import { ReadModels } from './read-models.ts';

/** The read models and what keeps them up to date. The application provides globally: CqrsModule.forRoot(), ChangeFeed. */
@Module({
  providers: [{ provide: ReadModels, useFactory: () => new ReadModels() }, ProjectionRunner],
  exports: [ReadModels],
})
export class ProjectionsModule {}
