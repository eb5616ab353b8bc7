import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ReadModels } from '../../projections/read-models.ts';
import { answer, QueryMessage } from '../query.ts';
import { type AudioDeviceReport, AudioDevices } from './audio-devices.ts';

export interface AudioDeviceList {
  devices: AudioDeviceReport[];
  total_count: number;
}

/** The input devices that are there now. */
export class ListAudioDevices extends QueryMessage<AudioDeviceList> {}

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
