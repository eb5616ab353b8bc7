import { answer, answerJson, styled } from './terminal.ts';

/** Prints what happens, each hop with the time since its part, or the last restart, began. */
export class Hops {
  #zero = performance.now();
  #part = '';

  constructor(private readonly json: boolean) {}

  title(text: string): void {
    if (!this.json) answer(styled('bold', text));
  }

  /** Begins a part; its time starts from 0. */
  part(name: string): void {
    this.#part = name;
    if (!this.json) answer(`\n${styled('bold', name)}`);
    this.restart();
  }

  /** Lets the time of the hops to come start from 0. */
  restart(): void {
    this.#zero = performance.now();
  }

  /**
   * @param name for programs.
   * @param at when it happened, by performance.now(); now when absent.
   */
  hop(name: string, text: string, at = performance.now()): void {
    const ms = Math.round((at - this.#zero) * 100) / 100;
    if (this.json) answerJson({ part: this.#part, hop: name, ms, text });
    else answer(`${ms.toFixed(ms < 100 ? 2 : 0).padStart(9)} ms  ${text}`);
  }
}
