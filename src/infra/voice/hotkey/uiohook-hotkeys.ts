import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Logger } from '@nestjs/common';
import type { HotkeyEvent, Hotkeys } from '../../../dictation/ports/hotkeys.ts';
import { HeycatError } from '../../../errors.ts';
import { parseCombination, type Combination } from './combination.ts';
import { sharedNow, type FromChild, type ToChild } from './messages.ts';

/** libuiohook hangs at times where there is no keyboard to listen to. */
const ANSWER_MS = 5_000;
const AGAIN_MS = 250;
const AGAIN_MS_MAX = 30_000;

const BIND = 'bind a key to `heycat toggle` in the settings of your desktop';

export interface HotkeysOptions {
  env?: NodeJS.ProcessEnv;
  /** Node's options for the child. Default: this process's own where the sources run uncompiled, else none. */
  execArgv?: string[] | undefined;
  platform?: NodeJS.Platform;
}

interface Registration {
  id: number;
  combination: Combination;
  listener: (event: HotkeyEvent) => void;
  /** From the first time on it is kept armed. */
  isArmed: boolean;
}

/**
 * Hotkeys by libuiohook in a child process: it may crash, and no key but the combination's leaves that process. Armed
 * anew after the machine slept, since systems then drop such listeners without a word.
 */
export class UiohookHotkeys implements Hotkeys {
  readonly #options: HotkeysOptions;
  readonly #log = new Logger('Hotkeys');
  #child: ChildProcess | undefined;
  #registration: Registration | undefined;
  #lastId = 0;
  #isPressed = false;
  #again: NodeJS.Timeout | undefined;
  #againMs = AGAIN_MS;

  constructor(options: HotkeysOptions = {}) {
    this.#options = options;
  }

  async register(combination: string, listener: (event: HotkeyEvent) => void): Promise<void> {
    const parsed = parseCombination(combination);
    this.#assertPossible();
    this.#letGo();
    this.#registration = { id: ++this.#lastId, combination: parsed, listener, isArmed: false };
    try {
      await this.#arm();
    } catch (error) {
      this.#registration = undefined;
      this.#end();
      throw error;
    }
  }

  rearm(): void {
    // Its end starts the next one.
    if (this.#registration?.isArmed) this.#child?.kill('SIGKILL');
  }

  close(): Promise<void> {
    this.#letGo();
    this.#registration = undefined;
    this.#end();
    return Promise.resolve();
  }

  /** @throws HeycatError DEVICE_UNAVAILABLE */
  #assertPossible(): void {
    const { env = process.env, platform = process.platform } = this.#options;
    if (platform === 'linux' && (env['XDG_SESSION_TYPE'] === 'wayland' || env['WAYLAND_DISPLAY'])) {
      const sentence = `Wayland lets no program listen to the keyboard: ${BIND}.`;
      throw new HeycatError('DEVICE_UNAVAILABLE', sentence, { reason: 'wayland' });
    }
    if (platform === 'linux' && !env['DISPLAY']) {
      const sentence = 'There is no X display (DISPLAY), so there are no hotkeys.';
      throw new HeycatError('DEVICE_UNAVAILABLE', sentence, { reason: 'no_display' });
    }
    if (!isInstalled()) {
      const sentence = `uiohook-napi is not installed: run \`npm i uiohook-napi\`, or ${BIND}.`;
      throw new HeycatError('DEVICE_UNAVAILABLE', sentence, { reason: 'not_installed' });
    }
  }

  async #arm(): Promise<void> {
    const registration = this.#registration!;
    const { id, combination } = registration;
    const child = (this.#child ??= this.#start());
    child.send({ id, combination } satisfies ToChild, () => undefined);
    await armed(child, id);
    registration.isArmed = true;
    this.#againMs = AGAIN_MS;
  }

  #start(): ChildProcess {
    const file = fileURLToPath(new URL(`./child${extname(import.meta.url)}`, import.meta.url));
    const { env = process.env, execArgv = defaultExecArgv() } = this.#options;
    const child = fork(file, { env, execArgv, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child.on('error', () => undefined);
    child.on('message', (message: FromChild) => {
      const isOurs = message.kind === 'key' && message.id === this.#registration?.id;
      if (isOurs && this.#child === child) this.#onKey(message.action, message.at);
    });
    child.once('exit', () => this.#child === child && this.#onExit());
    return child;
  }

  #onKey(action: HotkeyEvent['action'], at: number): void {
    this.#isPressed = action === 'press';
    this.#registration?.listener({ action, at: at - sharedNow() + performance.now() });
  }

  /** A key whose release nobody will hear of is released. */
  #letGo(): void {
    if (this.#isPressed) this.#onKey('release', sharedNow());
  }

  #onExit(): void {
    this.#child = undefined;
    this.#letGo();
    if (!this.#registration?.isArmed) return;
    this.#log.warn(`The process that listens to the keyboard ended; again in ${this.#againMs} ms.`);
    this.#again = setTimeout(() => this.#arm().catch(() => this.#child?.kill('SIGKILL')), this.#againMs);
    this.#again.unref();
    this.#againMs = Math.min(this.#againMs * 2, AGAIN_MS_MAX);
  }

  #end(): void {
    clearTimeout(this.#again);
    const child = this.#child;
    this.#child = undefined;
    child?.kill('SIGKILL');
  }
}

function isInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('uiohook-napi');
    return true;
  } catch {
    return false;
  }
}

function defaultExecArgv(): string[] {
  return extname(import.meta.url) === '.ts' ? process.execArgv : [];
}

/** @throws HeycatError DEVICE_UNAVAILABLE when the child refuses, ends or stays silent. */
function armed(child: ChildProcess, id: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (why: string) => {
      done();
      reject(new HeycatError('DEVICE_UNAVAILABLE', `The keyboard cannot be listened to (${why}): ${BIND}.`));
    };
    const timer = setTimeout(() => refuse('no answer'), ANSWER_MS);
    const ended = () => refuse('its process ended');
    const heard = (message: FromChild) => {
      if (message.kind === 'refused') refuse(message.message);
      if (message.kind !== 'armed' || message.id !== id) return;
      done();
      resolve();
    };
    const done = () => {
      clearTimeout(timer);
      child.off('exit', ended).off('message', heard);
    };
    child.once('exit', ended).on('message', heard);
  });
}
