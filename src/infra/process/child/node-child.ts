import type { Serializable } from 'node:child_process';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type CommandLine, Subprocess } from './subprocess.ts';
import { environment } from '../environment.ts';

/** Node's options for a child of ours. */
export interface NodeOptions {
  /** When absent none, or this process's own where the sources run uncompiled. */
  execArgv?: readonly string[] | undefined;
}

export interface NodeChildOptions extends NodeOptions {
  args?: readonly string[];
  /** Default: this process's. */
  env?: NodeJS.ProcessEnv;
  /** Its stdout and stderr, and any descriptors from 4 on; by default nothing that it or native code prints is read. */
  output?: readonly ['ignore' | 'pipe', 'ignore' | 'pipe', ...'pipe'[]];
  /** `advanced`: messages may hold typed arrays. */
  serialization?: 'json' | 'advanced';
  /** A program, with its arguments, that runs the command behind them. */
  runBy?: CommandLine | undefined;
}

/**
 * One of our own entry files in a process of its own, with a channel for messages. Nothing that it prints reaches our
 * stdout. It ends with us when it calls {@link endWithParent}.
 */
export class NodeChild<Sent extends Serializable, Received> extends Subprocess {
  /** @param entry its file, as a URL without the ending. */
  constructor(entry: URL, { args = [], execArgv, env, runBy, ...options }: NodeChildOptions = {}) {
    const { output = ['ignore', 'ignore'], serialization = 'json' } = options;
    const [stdout, stderr, ...more] = output;
    const command = nodeCommand(entry, args, execArgv);
    super(runBy === undefined ? command : [...runBy, ...command], {
      env: nodeEnvironment(env),
      serialization,
      stdio: ['ignore', stdout, stderr, 'ipc', ...more],
    });
  }

  onMessage(listener: (message: Received) => void): void {
    this.child.on('message', listener);
  }

  /** A message that could not be sent is no news: the child's end is told. */
  send(message: Sent): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  /** The first message from now on that `isAnswer`; else whether it ended first, or was silent for so long. */
  answer<M extends Received>(
    isAnswer: (message: Received) => message is M,
    limitMs: number,
  ): Promise<M | 'ended' | 'silent'> {
    return new Promise((resolve) => {
      const settle = (answer: M | 'ended' | 'silent') => {
        clearTimeout(timer);
        this.child.off('message', hear);
        resolve(answer);
      };
      const hear = (message: Received) => isAnswer(message) && settle(message);
      const timer = setTimeout(() => settle('silent'), limitMs);
      this.child.on('message', hear);
      void this.ended.then(() => settle('ended'));
    });
  }

  /** What it writes on a descriptor of {@link NodeChildOptions.output}. */
  readable(descriptor: number): Readable | null {
    return this.child.stdio[descriptor] as Readable | null;
  }
}

/** How Node runs one of our entry files: the compiled one beside compiled code, the source beside sources. */
export function nodeCommand(
  entry: URL,
  args: readonly string[] = [],
  execArgv: readonly string[] = ENDING === '.ts' ? process.execArgv : [],
): CommandLine {
  return [process.execPath, ...execArgv, `${fileURLToPath(entry)}${ENDING}`, ...args];
}

/** Within Electron `execPath` is the app, which runs a file only when told so. */
export function nodeEnvironment(env: NodeJS.ProcessEnv = environment()): NodeJS.ProcessEnv {
  return { ...env, ELECTRON_RUN_AS_NODE: '1' };
}

const ENDING = extname(import.meta.url);
