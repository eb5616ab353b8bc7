import type { Combination } from './combination.ts';
import { MODIFIERS, type Modifier } from './key-codes.ts';

/** A key event as the system reported it, with the state of the modifiers. */
export interface KeyEvent {
  code: number;
  isDown: boolean;
  held: Readonly<Record<Modifier, boolean>>;
  /** Milliseconds of a clock that never jumps. */
  at: number;
}

export type Action = 'press' | 'release';

/** Auto-repeat is faster than this; after a longer gap the release was missed. */
const REPEAT_MS = 2_000;

/** Detects presses and releases of one combination among all key events. */
export class CombinationWatch {
  /** Keys that are down, with the time of their last event. */
  readonly #down = new Map<number, number>();
  #isPressed = false;

  constructor(private readonly combination: Combination) {}

  /** The actions that the event causes, in order. */
  see(event: KeyEvent): Action[] {
    return event.isDown ? this.#onDown(event) : this.#onUp(event);
  }

  #onDown(event: KeyEvent): Action[] {
    const { code, at } = event;
    const before = this.#down.get(code);
    this.#down.set(code, at);
    if (before !== undefined && at - before < REPEAT_MS) return [];
    if (!this.combination.keys.includes(code)) return [];
    const ended: Action[] = this.#isPressed ? ['release'] : [];
    this.#isPressed = this.#fits(event);
    return this.#isPressed ? [...ended, 'press'] : ended;
  }

  #onUp({ code }: KeyEvent): Action[] {
    this.#down.delete(code);
    if (!this.#isPressed || !this.#belongs(code)) return [];
    this.#isPressed = false;
    return ['release'];
  }

  /** Whether exactly the combination's modifiers are held, on the required sides. */
  #fits({ held }: KeyEvent): boolean {
    const { modifiers, own } = this.combination;
    return (Object.keys(MODIFIERS) as Modifier[]).every((modifier) => {
      if (modifier === own) return true;
      const side = modifiers[modifier];
      if (side === undefined) return !held[modifier];
      if (side === 'any') return held[modifier];
      const other = MODIFIERS[modifier][side === 'left' ? 'right' : 'left'];
      return this.#down.has(MODIFIERS[modifier][side]) && !this.#down.has(other);
    });
  }

  #belongs(code: number): boolean {
    const { keys, modifiers } = this.combination;
    if (keys.includes(code)) return true;
    return (Object.keys(modifiers) as Modifier[]).some(
      (modifier) => MODIFIERS[modifier].left === code || MODIFIERS[modifier].right === code,
    );
  }
}
