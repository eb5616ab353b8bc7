import { fork, type ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { AudioDevice } from '../../../../dictation/ports/microphone.ts';
import { HeycatError } from '../../../../errors.ts';
import { rawFormat } from '../../audio/speech-converter.ts';
import { ChildStream } from '../child-stream.ts';
import { findProgram } from '../find-program.ts';
import type { PcmSource, PcmStream, StreamListener } from '../pcm-source.ts';
import { PCM_FD, type FromChild, type Task, type ToChild } from './messages.ts';
import { naudiodonPath } from './native.ts';

/** Opening a device may take seconds where a sound server is asleep. */
const ANSWER_MS = 10_000;
const GONE = 'The audio device is gone, or its driver crashed.';

export interface NaudiodonOptions {
  /** Node's options for the child. Default: this process's own where the sources run uncompiled, else none. */
  execArgv?: string[] | undefined;
  env?: NodeJS.ProcessEnv;
  /** Naudiodon's compiled part. Default: the one that is installed. */
  path?: string;
}

/**
 * PortAudio in a child process of its own for each stream: it prints on stdout, it may crash, and it learns of a new
 * device only when it starts.
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
      child.kill('SIGKILL');
    }
  }

  async open(device: string | null, listener: StreamListener): Promise<PcmStream> {
    const child = this.#start({ kind: 'capture', device });
    const opened = await answerOf(child).catch((error: unknown) => {
      child.kill('SIGKILL');
      throw error;
    });
    if (opened.kind !== 'opened') throw new HeycatError('INTERNAL');
    onOverflow(child, () => listener.overflow());
    const parts = {
      child,
      pcm: child.stdio[PCM_FD] as Readable,
      format: rawFormat(opened.sample_rate, opened.channels),
      ready: Promise.resolve(),
      ask: () => child.connected && child.send('stop' satisfies ToChild, () => undefined),
      endOf: () => ({ reason: 'lost' as const, message: GONE }),
    };
    return ChildStream.open(parts, listener);
  }

  /** @throws HeycatError DEVICE_UNAVAILABLE with details.reason `not_installed`. */
  #start(work: Task['work']): ChildProcess {
    const { path = naudiodonPath() } = this.options;
    if (path === undefined) {
      const details = { reason: 'not_installed' };
      throw new HeycatError('DEVICE_UNAVAILABLE', 'naudiodon is not installed.', details);
    }
    const file = fileURLToPath(new URL(`./child${extname(import.meta.url)}`, import.meta.url));
    const { execArgv = defaultExecArgv(), env = process.env } = this.options;
    const child = fork(file, [JSON.stringify({ path, work } satisfies Task)], {
      ...lineBuffered(execArgv, env),
      env,
      stdio: ['ignore', 'pipe', 'ignore', 'ipc', 'pipe'],
    });
    // Told by `close`, as every other end.
    child.on('error', () => undefined);
    return child;
  }
}

function defaultExecArgv(): string[] {
  return extname(import.meta.url) === '.ts' ? process.execArgv : [];
}

/**
 * PortAudio's word of an overflow is a line on stdout, which its C library holds back for a pipe. GNU's stdbuf undoes
 * that; without it overflows are told late, at the latest when the stream ends.
 */
function lineBuffered(execArgv: string[], env: NodeJS.ProcessEnv): { execPath?: string; execArgv: string[] } {
  const stdbuf = process.platform === 'linux' ? findProgram('stdbuf', env) : undefined;
  if (stdbuf === undefined) return { execArgv };
  return { execPath: stdbuf, execArgv: ['-oL', process.execPath, ...execArgv] };
}

function onOverflow(child: ChildProcess, tell: () => void): void {
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    for (const _ of text.matchAll(/input overflow/g)) tell();
  });
}

/** The child's first word. @throws HeycatError DEVICE_UNAVAILABLE when it refuses, ends or stays silent. */
function answerOf(child: ChildProcess): Promise<FromChild> {
  return new Promise((resolve, reject) => {
    const refuse = (message: string) => reject(new HeycatError('DEVICE_UNAVAILABLE', message));
    const timer = setTimeout(() => refuse('The audio system does not answer.'), ANSWER_MS);
    child.once('close', () => refuse(GONE));
    child.once('message', (message: FromChild) => {
      clearTimeout(timer);
      if (message.kind === 'refused') refuse(message.message);
      else resolve(message);
    });
  });
}
