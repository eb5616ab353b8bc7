import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { IsAnyListOf, IsObject } from '../../fields/collections.ts';
import { IsInteger } from '../../fields/fields.ts';
import { ReadModels } from '../../projections/read-models.ts';
import { answer, QueryOf } from '../query.ts';
import { AudioDeviceReport, AudioDevices } from './audio-devices.ts';

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
