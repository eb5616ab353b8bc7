import type { HotkeyEvent, Hotkeys } from '../../src/dictation/ports/hotkeys.ts';

/** A keyboard at a test's word. */
export class FakeHotkeys implements Hotkeys {
  /** What is listened to now. */
  combination: string | undefined;
  /** How often the computer was said to have slept. */
  rearmed = 0;
  #listener: ((event: HotkeyEvent) => void) | undefined;

  register(combination: string, listener: (event: HotkeyEvent) => void): Promise<void> {
    this.combination = combination;
    this.#listener = listener;
    return Promise.resolve();
  }

  rearm(): void {
    this.rearmed += 1;
  }

  close(): Promise<void> {
    this.combination = undefined;
    this.#listener = undefined;
    return Promise.resolve();
  }

  move(action: HotkeyEvent['action']): void {
    this.#listener?.({ action, at: performance.now() });
  }
}
