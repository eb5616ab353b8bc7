import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { IsAnyListOf, IsObject } from '../../fields/collections.ts';
import { IsFlag, IsInteger, IsNumber, IsText, MayBeNull } from '../../fields/fields.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { answer, QueryOf } from '../query.ts';

/** An input device. */
export class AudioDeviceReport {
  /** By which `start_recording {device}` finds it. */
  @IsText()
  name!: string;

  /** ALSA, Core Audio, WASAPI …; null where there is only one. */
  @MayBeNull()
  @IsText()
  host_api!: string | null;

  @IsFlag()
  is_default!: boolean;

  @IsInteger(0)
  channels!: number;

  /** In Hz. */
  @IsNumber()
  sample_rate!: number;
}

/** What there is to record with. */
export abstract class AudioDevices {
  /** As it is now. @throws HeycatError DEVICE_UNAVAILABLE where nothing can record at all. */
  abstract devices(): Promise<AudioDeviceReport[]>;
}

class AudioDeviceList {
  @IsAnyListOf(IsObject(AudioDeviceReport))
  devices!: AudioDeviceReport[];

  @IsInteger(0)
  total_count!: number;
}

/** The input devices that are there now. */
export class ListAudioDevices extends QueryOf(AudioDeviceList) {}

@QueryHandler(ListAudioDevices)
export class ListAudioDevicesHandler implements IQueryHandler<ListAudioDevices> {
  constructor(
    private readonly models: ReadModels,
    private readonly audio: AudioDevices,
  ) {}

  async execute(query: ListAudioDevices) {
    const devices = await this.audio.devices();
    return answer(this.models, query, () => ({ devices, total_count: devices.length }));
  }
}
