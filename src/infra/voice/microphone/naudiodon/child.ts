import { Socket } from 'node:net';
import type { AudioDevice } from '../../../../dictation/ports/microphone.ts';
import { HeycatError } from '../../../../errors.ts';
import { endWithParent, sendToParent } from '../../../process/child/parent.ts';
import { SPEECH_RATE } from '../../audio/speech-converter.ts';
import { findInput, listInputs, type Input } from './device-names.ts';
import { loadNaudiodon, PCM_FD, type Naudiodon, type NativeStream } from './native.ts';

/** What the child process is to do. */
export interface Task {
  /** The path of naudiodon's native addon. */
  path: string;
  work: { kind: 'list' } | { kind: 'capture'; device: string | null };
}

/** Its messages; samples are sent over {@link PCM_FD}, because PortAudio prints on stdout. */
export type FromChild =
  | { kind: 'devices'; devices: AudioDevice[] }
  /** 16-bit samples follow. */
  | { kind: 'opened'; sample_rate: number; channels: number }
  | { kind: 'refused'; message: string };

export type ToChild = 'stop';

/** The length of one of PortAudio's buffers. */
const PIECE_MS = 20;
/** Ten seconds of buffers, for when this process is suspended. */
const QUEUE_PIECES = 500;

const send = (message: FromChild): Promise<void> => sendToParent(message);

interface Opened {
  stream: NativeStream;
  sample_rate: number;
  channels: number;
}

/** Opens the device at our rate if it or its driver can, otherwise at its own. */
function open(native: Naudiodon, { id, device }: Input): Opened {
  const ways = [
    { sample_rate: SPEECH_RATE, channels: 1 },
    { sample_rate: device.sample_rate, channels: 1 },
    { sample_rate: device.sample_rate, channels: Math.min(2, device.channels) },
  ];
  let refusal: unknown;
  for (const { sample_rate, channels } of ways) {
    try {
      const stream = native.create({
        inOptions: {
          deviceId: id,
          channelCount: channels,
          sampleFormat: 16,
          sampleRate: sample_rate,
          framesPerBuffer: Math.round((sample_rate * PIECE_MS) / 1_000),
          maxQueue: QUEUE_PIECES,
          closeOnError: false,
        },
      });
      stream.start();
      return { stream, sample_rate, channels };
    } catch (error) {
      refusal ??= error;
    }
  }
  throw refusal;
}

async function capture(native: Naudiodon, name: string | null): Promise<void> {
  const inputs = listInputs(native);
  const input = findInput(inputs, name);
  if (input === undefined) {
    const message =
      name === null
        ? 'There is no audio input device; plug one in, or give this user access to it.'
        : `There is no audio input device «${name}»; \`list_audio_devices\` lists them.`;
    throw new HeycatError('DEVICE_UNAVAILABLE', message);
  }
  const { stream, sample_rate, channels } = open(native, input);
  process.on('message', (message: ToChild) => message === 'stop' && void stream.quit('WAIT'));
  await send({ kind: 'opened', sample_rate, channels });
  const out = new Socket({ fd: PCM_FD, readable: false, writable: true });
  const bytes = (Math.round((sample_rate * PIECE_MS) / 1_000) * channels * 16) / 8;
  for (let finished = false; !finished;) {
    const piece = await stream.read(bytes);
    finished = piece.finished;
    if (piece.buf.length > 0) out.write(piece.buf);
  }
  await new Promise<void>((resolve) => out.end(resolve));
}

async function run({ path, work }: Task): Promise<void> {
  try {
    const native = loadNaudiodon(path);
    if (work.kind === 'capture') await capture(native, work.device);
    else await send({ kind: 'devices', devices: listInputs(native).map(({ device }) => device) });
  } catch (error) {
    await send({ kind: 'refused', message: (error as Error).message });
  }
  // Native calls may be blocked on a device that is gone, and Node would wait for them.
  process.kill(process.pid, 'SIGKILL');
}

endWithParent();
await run(JSON.parse(process.argv[2]!) as Task);
