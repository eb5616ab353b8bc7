import { findInput, listInputs } from '../../../../src/infra/voice/microphone/naudiodon/device-names.ts';

const device = (id: number, name: string, hostAPIName: string, maxInputChannels = 2) => ({
  id,
  name,
  hostAPIName,
  maxInputChannels,
  defaultSampleRate: 48_000,
});

const found = listInputs({
  getDevices: () => [
    device(0, 'Microphone', 'MME'),
    device(1, 'Speaker', 'MME', 0),
    device(2, 'Microphone', 'WASAPI'),
    device(3, 'Headset', 'WASAPI', 1),
    device(4, 'USB Audio: - (hw:1,0)', 'WASAPI'),
  ],
  getHostAPIs: () => ({
    defaultHostAPI: 7,
    HostAPIs: [
      { id: 3, name: 'MME', defaultInput: 0 },
      { id: 7, name: 'WASAPI', defaultInput: 3 },
    ],
  }),
});

describe('the devices of PortAudio', () => {
  it('MIC16 have names of their own, those of the preferred interface first, and one default', () => {
    expect(found.map(({ device }) => device.name)).toEqual([
      'Microphone (WASAPI)',
      'Headset',
      'USB Audio: - (hw:1,0)',
      'Microphone (MME)',
    ]);
    expect(found.filter(({ device }) => device.is_default).map(({ id }) => id)).toEqual([3]);
    expect(found[1]!.device).toEqual({
      name: 'Headset',
      host_api: 'WASAPI',
      is_default: true,
      channels: 1,
      sample_rate: 48_000,
    });
  });

  it.each([
    [null, 3],
    ['Microphone (MME)', 0],
    ['USB Audio: - (hw:2,0)', 4],
    ['Microphone', undefined],
    ['', undefined],
  ])('MIC16 %s finds %s', (name, id) => {
    expect(findInput(found, name)?.id).toBe(id);
  });

  it('MIC16 no device is no default', () => {
    expect(findInput([], null)).toBeUndefined();
  });
});
