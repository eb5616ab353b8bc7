import { Module } from '@nestjs/common';
import { EventBus } from '@nestjs/cqrs';
import { HeycatConfig } from '../config/heycat-config.ts';
import { ClockWatch } from './clock/clock-watch.ts';
import { DataFolder } from './data-folder.ts';
import { DiskRoom } from './files/disk-room.ts';

/** The resources of the computer that the service uses: its data folder, disk space and clock. */
@Module({
  providers: [
    {
      provide: DataFolder,
      useFactory: ({ dataDir, recordingsDir }: HeycatConfig) => DataFolder.take(dataDir, [recordingsDir]),
      inject: [HeycatConfig],
    },
    {
      provide: DiskRoom,
      useFactory: ({ path }: DataFolder) => new DiskRoom(path),
      inject: [DataFolder],
    },
    { provide: ClockWatch, useFactory: (events: EventBus) => new ClockWatch(events), inject: [EventBus] },
  ],
  exports: [DataFolder, DiskRoom, ClockWatch],
})
export class ProcessModule {}
