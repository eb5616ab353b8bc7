import { createRequire } from 'node:module';
import { endWithParent, sendToParent } from '../../process/child/parent.ts';
import { CombinationWatch, type Action } from './combination-watch.ts';
import { KeyClock, sharedNow } from './key-clock.ts';
import type { Combination } from './combination.ts';

/** The combination to listen for from now on. */
export interface ToChild {
  /** The id of the registration; every message about it carries this id. */
  id: number;
  combination: Combination;
}

export type FromChild =
  | { kind: 'armed'; id: number }
  | { kind: 'refused'; message: string }
  /** `at` in ms of process.hrtime, which all processes of a machine share. No other key ever leaves this process. */
  | { kind: 'key'; id: number; action: Action; at: number };

interface NativeKey {
  keycode: number;
  time: number;
  ctrlKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  metaKey: boolean;
}

interface Uiohook {
  on(event: 'keydown' | 'keyup', listener: (key: NativeKey) => void): void;
  /** Throws if the system does not allow listening. */
  start(): void;
}

const send = (message: FromChild): void => void sendToParent(message);
const clock = new KeyClock();
let armed: { id: number; watch: CombinationWatch } | undefined;

function see({ keycode, time, ctrlKey, altKey, shiftKey, metaKey }: NativeKey, isDown: boolean): void {
  const at = clock.at(time, sharedNow());
  const held = { ctrl: ctrlKey, alt: altKey, shift: shiftKey, meta: metaKey };
  if (armed === undefined) return;
  const { id, watch } = armed;
  for (const action of watch.see({ code: keycode, isDown, held, at })) send({ kind: 'key', id, action, at });
}

function arm({ id, combination }: ToChild): void {
  armed = { id, watch: new CombinationWatch(combination) };
  send({ kind: 'armed', id });
}

function start(): void {
  const { uIOhook } = createRequire(import.meta.url)('uiohook-napi') as { uIOhook: Uiohook };
  uIOhook.on('keydown', (key) => see(key, true));
  uIOhook.on('keyup', (key) => see(key, false));
  uIOhook.start();
}

endWithParent();
try {
  start();
  process.on('message', arm);
} catch (error) {
  send({ kind: 'refused', message: (error as Error).message });
}
