import type { Serializable } from 'node:child_process';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type CommandLine, Subprocess } from './subprocess.ts';
import { environment } from '../environment.ts';

/** Node options for a child process. */
export interface NodeOptions {
  /** Default: none, or this process's own if the sources run uncompiled. */
  execArgv?: readonly string[] | undefined;
}

export interface NodeChildOptions extends NodeOptions {
  args?: readonly string[];
  /** Default: this process's. */
  env?: NodeJS.ProcessEnv;
  /** Its stdout and stderr, and any descriptors from 4 on; by default all output is ignored. */
  output?: readonly ['ignore' | 'pipe', 'ignore' | 'pipe', ...'pipe'[]];
  /** `advanced`: messages may contain typed arrays. */
  serialization?: 'json' | 'advanced';
  /** A program with arguments that runs the command appended to them. */
  runBy?: CommandLine | undefined;
}

/**
 * Runs one of our own entry files in a child process with a message channel. Nothing that it prints reaches our stdout. It
 * ends with this process if it calls {@link endWithParent}.
 */
export class NodeChild<Sent extends Serializable, Received> extends Subprocess {
  /** @param entry URL of its file, without the extension. */
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

  /** Sends a message; a failure to send is ignored, because the child's end is reported. */
  send(message: Sent): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  /** Waits for the first message that `isAnswer`; otherwise returns whether the child ended first or was silent for too long. */
  answer<M extends Received>(
    isAnswer: (message: Received) => message is M,
    limitMs: number,
  ): Promise<M | 'ended' | 'silent'> {
    return new Promise((resolve) => {
      const settle = (answer: M | 'ended' | 'silent') => {
        clearTimeout(timer);
        this.child.off('message', receive);
        resolve(answer);
      };
      const receive = (message: Received) => isAnswer(message) && settle(message);
      const timer = setTimeout(() => settle('silent'), limitMs);
      this.child.on('message', receive);
      void this.ended.then(() => settle('ended'));
    });
  }

  /** The output on a descriptor of {@link NodeChildOptions.output}. */
  readable(descriptor: number): Readable | null {
    return this.child.stdio[descriptor] as Readable | null;
  }
}

/** The command that runs one of our entry files: the compiled one from compiled code, the source from sources. */
export function nodeCommand(
  entry: URL,
  args: readonly string[] = [],
  execArgv: readonly string[] = ENDING === '.ts' ? process.execArgv : [],
): CommandLine {
  return [process.execPath, ...execArgv, `${fileURLToPath(entry)}${ENDING}`, ...args];
}

/** Within Electron, `execPath` is the app, which runs a file only with this variable. */
export function nodeEnvironment(env: NodeJS.ProcessEnv = environment()): NodeJS.ProcessEnv {
  return { ...env, ELECTRON_RUN_AS_NODE: '1' };
}

const ENDING = extname(import.meta.url);
