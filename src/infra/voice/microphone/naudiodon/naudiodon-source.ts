import type { AudioDevice } from '../../../../dictation/ports/microphone.ts';
import { HeycatError } from '../../../../errors.ts';
import { NodeChild, type NodeOptions } from '../../../process/child/node-child.ts';
import { findProgram } from '../../../process/child/run-program.ts';
import type { CommandLine } from '../../../process/child/subprocess.ts';
import { rawFormat } from '../../audio/speech-converter.ts';
import { ChildStream } from '../child-stream.ts';
import type { PcmSource, PcmStream, StreamListener } from '../pcm-source.ts';
import type { FromChild, Task, ToChild } from './child.ts';
import { naudiodonPath, PCM_FD } from './native.ts';
import { environment } from '../../../process/environment.ts';

/** Opening a device may take seconds if the sound server is suspended. */
const ANSWER_MS = 10_000;
const GONE = 'The audio device is gone, or its driver crashed.';

type Child = NodeChild<ToChild, FromChild>;

export interface NaudiodonOptions extends NodeOptions {
  env?: NodeJS.ProcessEnv;
  /** Naudiodon's native addon. Default: the installed one. */
  path?: string;
}

/**
 * Runs PortAudio in a separate child process for each stream: it prints on stdout, it may crash, and it detects new devices
 * only when it starts.
 */
export class NaudiodonSource implements PcmSource {
  readonly stallMs = 2_000;

  constructor(private readonly options: NaudiodonOptions = {}) {}

  async devices(): Promise<AudioDevice[]> {
    const child = this.#start({ kind: 'list' });
    try {
      const answer = await answerOf(child);
      return answer.kind === 'devices' ? answer.devices : [];
    } finally {
      void child.kill();
    }
  }

  async open(device: string | null, listener: StreamListener): Promise<PcmStream> {
    const child = this.#start({ kind: 'capture', device });
    const opened = await answerOf(child).catch((error: unknown) => {
      void child.kill();
      throw error;
    });
    if (opened.kind !== 'opened') throw new HeycatError('INTERNAL');
    onOverflow(child, () => listener.overflow());
    const parts = {
      child,
      pcm: child.readable(PCM_FD),
      format: rawFormat(opened.sample_rate, opened.channels),
      ready: Promise.resolve(),
      ask: () => child.send('stop'),
      endOf: () => ({ reason: 'lost' as const, message: GONE }),
    };
    return ChildStream.open(parts, listener);
  }

  /** @throws HeycatError DEVICE_UNAVAILABLE with details.reason `not_installed`. */
  #start(work: Task['work']): Child {
    const { path = naudiodonPath() } = this.options;
    if (path === undefined) {
      const details = { reason: 'not_installed' };
      throw new HeycatError('DEVICE_UNAVAILABLE', 'naudiodon is not installed.', details);
    }
    const { execArgv, env = environment() } = this.options;
    return new NodeChild(new URL('./child', import.meta.url), {
      args: [JSON.stringify({ path, work } satisfies Task)],
      execArgv,
      env,
      output: ['pipe', 'ignore', 'pipe'],
      runBy: lineBuffering(env),
    });
  }
}

/**
 * PortAudio reports an overflow as a line on stdout, which the C library buffers if stdout is a pipe. GNU's stdbuf prevents
 * that; without it overflows are reported late, at the latest when the stream ends.
 */
function lineBuffering(env: NodeJS.ProcessEnv): CommandLine | undefined {
  const stdbuf = process.platform === 'linux' ? findProgram('stdbuf', env) : undefined;
  return stdbuf === undefined ? undefined : [stdbuf, '-oL'];
}

function onOverflow(child: Child, report: () => void): void {
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    for (const _ of text.matchAll(/input overflow/g)) report();
  });
}

/** The child's first message. @throws HeycatError DEVICE_UNAVAILABLE if it fails, ends or stays silent. */
async function answerOf(child: Child): Promise<Exclude<FromChild, { kind: 'refused' }>> {
  const answer = await child.answer((_message): _message is FromChild => true, ANSWER_MS);
  const refused = (message: string) => new HeycatError('DEVICE_UNAVAILABLE', message);
  if (answer === 'silent') throw refused('The audio system does not answer.');
  if (answer === 'ended') throw refused(GONE);
  if (answer.kind === 'refused') throw refused(answer.message);
  return answer;
}
