import { answer, answerJson, styled } from './terminal.ts';

/** Prints each hop with the time since the start of its part, or since the last restart. */
export class Hops {
  #zero = performance.now();
  #part = '';

  constructor(private readonly json: boolean) {}

  title(text: string): void {
    if (!this.json) answer(styled('bold', text));
  }

  /** Starts a part, and its clock at 0. */
  part(name: string): void {
    this.#part = name;
    if (!this.json) answer(`\n${styled('bold', name)}`);
    this.restart();
  }

  /** Restarts the clock at 0. */
  restart(): void {
    this.#zero = performance.now();
  }

  /**
   * @param name identifies the hop in JSON output.
   * @param at when it happened, from performance.now().
   */
  hop(name: string, text: string, at = performance.now()): void {
    const ms = Math.round((at - this.#zero) * 100) / 100;
    if (this.json) answerJson({ part: this.#part, hop: name, ms, text });
    else answer(`${ms.toFixed(ms < 100 ? 2 : 0).padStart(9)} ms  ${text}`);
  }
}
