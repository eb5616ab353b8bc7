import { ProgramSource } from './program-source.ts';

const RATE = '16000';
/** None of these programs pauses while it records. */
const STALL_MS = 2_000;

type Command = (device: string | null) => string[];

const withDevice = (option: string, device: string | null) =>
  device === null ? [] : [`${option}=${device}`];

const parec: Command = (device) => [
  'parec',
  '--raw',
  '--format=s16le',
  `--rate=${RATE}`,
  '--channels=1',
  '--latency-msec=50',
  ...withDevice('--device', device),
];

const pwRecord: Command = (device) => [
  'pw-record',
  '--raw',
  '--format=s16',
  `--rate=${RATE}`,
  '--channels=1',
  ...withDevice('--target', device),
  '-',
];

const arecord: Command = (device) => [
  'arecord',
  ...'-q -t raw -f S16_LE -c 1 -r'.split(' '),
  RATE,
  ...withDevice('--device', device),
];

const sox: Command = () => [...'rec -q -t raw -e signed -b 16 -c 1 -r'.split(' '), RATE, '-'];

const ffmpeg = (format: string, device: string): string[] => [
  ...'ffmpeg -nostdin -loglevel error -f'.split(' '),
  format,
  '-i',
  device,
  ...'-f s16le -ac 1 -ar'.split(' '),
  RATE,
  '-',
];

/** The programs to try, best first. Windows has no name for its default device, so one must be named there. */
const COMMANDS: Partial<Record<NodeJS.Platform, Command[]>> = {
  linux: [parec, pwRecord, arecord],
  darwin: [sox, (device) => ffmpeg('avfoundation', `:${device ?? 'default'}`)],
  win32: [(device) => ffmpeg('dshow', `audio=${device ?? ''}`)],
};

/** What to install if none is available. */
const ADVICE: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'install pulseaudio-utils, pipewire or alsa-utils',
  darwin: 'install sox or ffmpeg',
  win32: 'install ffmpeg and name a device',
};

export function installedPrograms(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): ProgramSource[] {
  const commands = COMMANDS[platform] ?? [];
  return commands.map((command) => new ProgramSource({ command, env, stallMs: STALL_MS }));
}

export function programAdvice(platform: NodeJS.Platform = process.platform): string {
  return `Run \`npm i naudiodon\`, ${ADVICE[platform] ?? 'install ffmpeg'}, or set HEYCAT_MICROPHONE to a command.`;
}
