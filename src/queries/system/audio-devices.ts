/** An input device. */
export interface AudioDeviceReport {
  /** By which `start_recording {device}` finds it. */
  name: string;
  /** ALSA, Core Audio, WASAPI …; null where there is only one. */
  host_api: string | null;
  is_default: boolean;
  channels: number;
  /** In Hz. */
  sample_rate: number;
}

/** What there is to record with. */
export abstract class AudioDevices {
  /** As it is now. @throws HeycatError DEVICE_UNAVAILABLE where nothing can record at all. */
  abstract devices(): Promise<AudioDeviceReport[]>;
}
