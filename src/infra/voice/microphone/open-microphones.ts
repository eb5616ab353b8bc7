import type { AudioDevice, Microphone } from '../../../dictation/ports/microphone.ts';
import { HeycatError } from '../../../errors.ts';
import { installedPrograms, programAdvice } from './installed-programs.ts';
import { NaudiodonSource } from './naudiodon/naudiodon-source.ts';
import type { PcmSource, PcmStream, StreamListener } from './pcm-source.ts';
import { PipeSource } from './pipe-source.ts';
import { ProgramSource } from './program-source.ts';
import { SourceMicrophone, type ReopenTimes } from './source-microphone.ts';
import { WavSource } from './wav-source.ts';

const FAST = '?fast';

export interface MicrophonesOptions {
  /**
   * Of the children that record. Its HEYCAT_MICROPHONE is what is heard where no device is named: a device, or as a JSON
   * list a command that writes raw 16-bit samples of one channel at 16 kHz. Default: this process's.
   */
  env?: NodeJS.ProcessEnv;
  /** Node's options for children of the service. */
  execArgv?: string[] | undefined;
  times?: ReopenTimes;
}

/**
 * Every microphone there is. A device is one of `devices()`, `file:/path.wav` to play a file as if it were spoken,
 * `file:/path.wav?fast` to do so as fast as it can be taken, or `pipe:/path` for samples that a program writes.
 */
export function openMicrophones({ env = process.env, execArgv, times }: MicrophonesOptions = {}): Microphone {
  const sources = [new NaudiodonSource({ env, execArgv }), ...installedPrograms(env)];
  const system = new FirstWorkingSource(sources, programAdvice());
  const standard = env['HEYCAT_MICROPHONE'] ?? '';
  // A program only where the service's own environment names it: a client may choose a device, not run programs.
  const named = (device: string | null) => (device === null ? programOf(standard, env) : undefined);
  return new SourceMicrophone((device) => named(device) ?? sourceOf(device ?? standard) ?? system, times);
}

/** @throws HeycatError INVALID_ARGUMENT for a command that is none. */
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

/** Several ways to the same devices: the first that works is taken, at each opening anew. */
export class FirstWorkingSource implements PcmSource {
  readonly stallMs = 2_000;

  /** @param advice a sentence on what to install where none of them is there. */
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
