import { IsFlag, IsInteger, IsNumber, IsText, MayBeNull } from '../../fields/fields.ts';

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
