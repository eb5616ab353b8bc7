import type { AudioDevice } from '../../../../dictation/ports/microphone.ts';
import type { Naudiodon, NativeDevice } from './native.ts';

export interface Input {
  id: number;
  device: AudioDevice;
}

/** ALSA's numbers of card and device, which differ after a replug. */
const ALSA_NUMBERS = / \((?:plug)?hw:\d+,\d+\)$/;

/** Devices with an input, those of the system's preferred interface first, with unique names. */
export function listInputs({
  getDevices,
  getHostAPIs,
}: Pick<Naudiodon, 'getDevices' | 'getHostAPIs'>): Input[] {
  const found = getDevices().filter(({ maxInputChannels }) => maxInputChannels > 0);
  const { defaultHostAPI, HostAPIs } = getHostAPIs();
  const preferred = HostAPIs.find(({ id }) => id === defaultHostAPI);
  const isPreferred = ({ hostAPIName }: NativeDevice) => Number(hostAPIName === preferred?.name);
  const times = (name: string) => found.filter((other) => other.name === name).length;
  return found
    .toSorted((a, b) => isPreferred(b) - isPreferred(a))
    .map((device) => ({
      id: device.id,
      device: {
        name: times(device.name) > 1 ? `${device.name} (${device.hostAPIName})` : device.name,
        host_api: device.hostAPIName,
        is_default: device.id === preferred?.defaultInput,
        channels: device.maxInputChannels,
        sample_rate: device.defaultSampleRate,
      },
    }));
}

/** The device with that name, even if ALSA has renumbered it; null for the default one. */
export function findInput(inputs: readonly Input[], name: string | null): Input | undefined {
  if (name === null) return inputs.find(({ device }) => device.is_default) ?? inputs[0];
  const plain = (text: string) => text.replace(ALSA_NUMBERS, '');
  const exact = inputs.find(({ device }) => device.name === name);
  return exact ?? inputs.find(({ device }) => plain(device.name) === plain(name));
}
