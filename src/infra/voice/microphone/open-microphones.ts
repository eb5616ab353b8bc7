import type { AudioDevice, Microphone } from '../../../dictation/ports/microphone.ts';
import { HeycatError } from '../../../errors.ts';
import { installedPrograms, programAdvice } from './installed-programs.ts';
import { NaudiodonSource } from './naudiodon/naudiodon-source.ts';
import type { PcmSource, PcmStream, StreamListener } from './pcm-source.ts';
import { PipeSource } from './pipe-source.ts';
import { ProgramSource } from './program-source.ts';
import { SourceMicrophone, type ReopenTimes } from './source-microphone.ts';
import { WavSource } from './wav-source.ts';
import { MICROPHONE, environment } from '../../process/environment.ts';

const FAST = '?fast';

export interface MicrophonesOptions {
  /**
   * The environment of recording child processes. Its HEYCAT_MICROPHONE is used when no device is named: a device, or a
   * command as a JSON list that writes raw 16-bit mono samples at 16 kHz. Default: this process's environment.
   */
  env?: NodeJS.ProcessEnv;
  /** Node options for child processes. */
  execArgv?: string[] | undefined;
  times?: ReopenTimes;
}

/**
 * Opens all kinds of microphones. A device is one of `devices()`, `file:/path.wav` to play a file in real time,
 * `file:/path.wav?fast` to play it as fast as possible, or `pipe:/path` for samples that a program writes.
 */
export function openMicrophones({
  env = environment(),
  execArgv,
  times,
}: MicrophonesOptions = {}): Microphone {
  const sources = [new NaudiodonSource({ env, execArgv }), ...installedPrograms(env)];
  const system = new FirstWorkingSource(sources, programAdvice());
  const standard = env[MICROPHONE] ?? '';
  // Only the service's own environment can name a program: a client may choose a device, but not run programs.
  const named = (device: string | null) => (device === null ? programOf(standard, env) : undefined);
  return new SourceMicrophone((device) => named(device) ?? sourceOf(device ?? standard) ?? system, times);
}

/** @throws HeycatError INVALID_ARGUMENT for an invalid command. */
function programOf(standard: string, env: NodeJS.ProcessEnv): PcmSource | undefined {
  if (!standard.startsWith('[')) return undefined;
  const command = commandOf(standard);
  return new ProgramSource({ command: () => command, env, isFinite: true });
}

function sourceOf(device: string): PcmSource | undefined {
  if (device.startsWith('file:')) {
    const isFast = device.endsWith(FAST);
    return new WavSource(device.slice('file:'.length, isFast ? -FAST.length : undefined), isFast);
  }
  if (device.startsWith('pipe:')) return new PipeSource(device.slice('pipe:'.length));
  return undefined;
}

function commandOf(text: string): string[] {
  const field = 'HEYCAT_MICROPHONE';
  const wrong = () =>
    new HeycatError(
      'INVALID_ARGUMENT',
      `${field} must be a JSON list of a program and its arguments, for example ["arecord","-q","-f","S16_LE","-r","16000","-c","1","-t","raw"].`,
      { field },
    );
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.length > 0 && list.every((word) => typeof word === 'string')) return list;
  } catch {
    throw wrong();
  }
  throw wrong();
}

/** Several sources for the same devices: each opening uses the first one that works. */
export class FirstWorkingSource implements PcmSource {
  readonly stallMs = 2_000;

  /** @param advice a sentence on what to install if none of them is available. */
  constructor(
    private readonly sources: readonly PcmSource[],
    private readonly advice: string,
  ) {}

  devices(): Promise<AudioDevice[]> {
    return this.#first((source) => source.devices());
  }

  open(device: string | null, listener: StreamListener): Promise<PcmStream> {
    return this.#first((source) => source.open(device, listener));
  }

  async #first<T>(run: (source: PcmSource) => Promise<T>): Promise<T> {
    let refusal: HeycatError | undefined;
    for (const source of this.sources) {
      try {
        return await run(source);
      } catch (error) {
        const thrown = HeycatError.from(error);
        if (thrown.details['reason'] !== 'not_installed') refusal ??= thrown;
      }
    }
    throw refusal ?? new HeycatError('DEVICE_UNAVAILABLE', `Nothing here can record. ${this.advice}`);
  }
}
