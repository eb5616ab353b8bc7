import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AudioDevice } from '../../../dictation/ports/microphone.ts';
import { HeycatError } from '../../../errors.ts';
import { type ProcessEnd, Subprocess } from '../../process/child/subprocess.ts';
import { rawFormat, SPEECH_RATE } from '../audio/speech-converter.ts';
import { ChildStream } from './child-stream.ts';
import { findProgram } from '../../process/child/run-program.ts';
import type { PcmSource, PcmStream, StreamEnd, StreamListener } from './pcm-source.ts';
import { environment } from '../../process/environment.ts';

/** A program that has not failed by then is assumed to work, even if it has written nothing yet. */
const FIRST_MS = 3_000;
const ERROR_CHARS = 300;

export interface Program {
  /** Writes raw 16-bit mono samples at 16 kHz to stdout. Run directly, never through a shell. */
  command: (device: string | null) => readonly string[];
  /** If true, exit code 0 is the end of the sound; otherwise the program is restarted. */
  isFinite?: boolean;
  stallMs?: number;
  env?: NodeJS.ProcessEnv;
}

/** An installed sound program, or one that the user names. */
export class ProgramSource implements PcmSource {
  readonly stallMs?: number;

  constructor(private readonly program: Program) {
    if (program.stallMs !== undefined) this.stallMs = program.stallMs;
  }

  /** Only the program's default device, since programs have no common way to list devices. */
  async devices(): Promise<AudioDevice[]> {
    const { command, env = environment() } = this.program;
    const [host_api = ''] = command(null);
    if (findProgram(host_api, env) === undefined) {
      const details = { reason: 'not_installed' };
      throw new HeycatError('DEVICE_UNAVAILABLE', `${host_api} is not installed.`, details);
    }
    return [{ name: 'default', host_api, is_default: true, channels: 1, sample_rate: SPEECH_RATE }];
  }

  open(device: string | null, listener: StreamListener): Promise<PcmStream> {
    const [name = '', ...args] = this.program.command(device);
    const { env = environment() } = this.program;
    const child = new Subprocess([name, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
    let said = '';
    child.stderr
      ?.setEncoding('utf8')
      .on('data', (text: string) => (said = (said + text).slice(-ERROR_CHARS)));
    const parts = {
      child,
      pcm: child.stdout,
      format: rawFormat(SPEECH_RATE, 1),
      ready: Promise.race([firstBytes(child.stdout), sleep(FIRST_MS, undefined, { ref: false })]),
      ask: () => child.signal('SIGTERM'),
      endOf: (end: ProcessEnd) => this.#endOf(end, `${name} ${howOf(end)}${lastLine(said)}.`),
    };
    return ChildStream.open(parts, listener);
  }

  #endOf({ code }: ProcessEnd, message: string): StreamEnd {
    if (code === 0 && this.program.isFinite) return { reason: 'exhausted' };
    return { reason: 'lost', message };
  }
}

function firstBytes(stdout: Readable | null): Promise<void> {
  return new Promise((resolve) => stdout?.once('data', () => resolve()));
}

function howOf({ code, error }: ProcessEnd): string {
  if (error !== undefined) return `cannot be run (${error.code})`;
  return code === null ? 'ended by a signal' : `ended with code ${code}`;
}

function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1);
  return line === undefined || line === '' ? '' : ` and says «${line}»`;
}
