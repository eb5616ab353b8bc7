import { createRequire } from 'node:module';
import { Logger } from '@nestjs/common';
import type { HotkeyEvent, Hotkeys } from '../../../dictation/ports/hotkeys.ts';
import { HeycatError } from '../../../errors.ts';
import { Backoff } from '../../process/backoff.ts';
import { NodeChild, type NodeOptions } from '../../process/child/node-child.ts';
import type { FromChild, ToChild } from './child.ts';
import { parseCombination, type Combination } from './combination.ts';
import { sharedNow } from './key-clock.ts';
import { environment } from '../../process/environment.ts';

/** libuiohook sometimes hangs if there is no keyboard to listen to. */
const ANSWER_MS = 5_000;
const FIRST_AGAIN_MS = 250;

const BIND = 'bind a key to `heycat toggle` in the settings of your desktop';

type Child = NodeChild<ToChild, FromChild>;

export interface HotkeysOptions extends NodeOptions {
  env?: NodeJS.ProcessEnv;
  platform?: NodeJS.Platform;
}

interface Registration {
  id: number;
  combination: Combination;
  listener: (event: HotkeyEvent) => void;
  /** Once armed, it is kept armed. */
  isArmed: boolean;
}

/**
 * Hotkeys through libuiohook in a child process: it may crash, and no key but the combination's leaves that process. It is
 * armed again after the machine slept, since systems then silently drop such listeners.
 */
export class UiohookHotkeys implements Hotkeys {
  readonly #options: HotkeysOptions;
  readonly #log = new Logger('Hotkeys');
  #child: Child | undefined;
  #registration: Registration | undefined;
  #lastId = 0;
  #isPressed = false;
  #again: NodeJS.Timeout | undefined;
  readonly #backoff = new Backoff({ minMs: FIRST_AGAIN_MS, jitter: 0 });

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
    // When it ends, the next one is started.
    if (this.#registration?.isArmed) void this.#child?.kill();
  }

  close(): Promise<void> {
    this.#letGo();
    this.#registration = undefined;
    this.#end();
    return Promise.resolve();
  }

  /** @throws HeycatError DEVICE_UNAVAILABLE */
  #assertPossible(): void {
    const { env = environment(), platform = process.platform } = this.#options;
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
    child.send({ id, combination });
    await armed(child, id);
    registration.isArmed = true;
    this.#backoff.reset();
  }

  #start(): Child {
    const { env = environment(), execArgv } = this.#options;
    const child: Child = new NodeChild(new URL('./child', import.meta.url), { env, execArgv });
    child.onMessage((message) => {
      const isOurs = message.kind === 'key' && message.id === this.#registration?.id;
      if (isOurs && this.#child === child) this.#onKey(message.action, message.at);
    });
    void child.ended.then(() => this.#child === child && this.#onExit());
    return child;
  }

  #onKey(action: HotkeyEvent['action'], at: number): void {
    this.#isPressed = action === 'press';
    this.#registration?.listener({ action, at: at - sharedNow() + performance.now() });
  }

  /** Reports a release for a key whose release will no longer be seen. */
  #letGo(): void {
    if (this.#isPressed) this.#onKey('release', sharedNow());
  }

  #onExit(): void {
    this.#child = undefined;
    this.#letGo();
    if (!this.#registration?.isArmed) return;
    const againMs = this.#backoff.next();
    this.#log.warn(`The process that listens to the keyboard ended; it is restarted in ${againMs} ms.`);
    this.#again = setTimeout(() => void this.#arm().catch(() => this.#child?.kill()), againMs);
    this.#again.unref();
  }

  #end(): void {
    clearTimeout(this.#again);
    const child = this.#child;
    this.#child = undefined;
    void child?.kill();
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

/** @throws HeycatError DEVICE_UNAVAILABLE when the child refuses, ends or stays silent. */
async function armed(child: Child, id: number): Promise<void> {
  const isAnswer = (message: FromChild): message is Exclude<FromChild, { kind: 'key' }> =>
    message.kind === 'refused' || (message.kind === 'armed' && message.id === id);
  const answer = await child.answer(isAnswer, ANSWER_MS);
  if (answer === 'silent') throw refused('no answer');
  if (answer === 'ended') throw refused('its process ended');
  if (answer.kind === 'refused') throw refused(answer.message);
}

function refused(why: string): HeycatError {
  return new HeycatError('DEVICE_UNAVAILABLE', `The keyboard cannot be listened to (${why}): ${BIND}.`);
}
