import { setTimeout as sleep } from 'node:timers/promises';
import type { CaptureEnd, CaptureListener } from '../../src/dictation/ports/microphone.ts';

/** A listener that keeps all it hears. */
export class Heard implements CaptureListener {
  /** All but samples, in order; samples as one `samples` for any number of them. */
  readonly told: string[] = [];
  readonly #pieces: Int16Array[] = [];
  end: CaptureEnd | undefined;
  count = 0;

  samples(pcm: Int16Array): void {
    this.#pieces.push(pcm.slice());
    this.count += pcm.length;
    if (this.told.at(-1) !== 'samples') this.told.push('samples');
  }
  overflow(): void {
    this.told.push('overflow');
  }
  interrupted(): void {
    this.told.push('interrupted');
  }
  resumed(): void {
    this.told.push('resumed');
  }
  ended(end: CaptureEnd): void {
    this.end = end;
    this.told.push('ended');
  }

  get pcm(): Int16Array {
    const all = new Int16Array(this.count);
    let at = 0;
    for (const piece of this.#pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  /** Waits until there are so many samples. */
  async samplesOf(count: number): Promise<void> {
    await this.until(() => this.count >= count);
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await sleep(5);
  }
}
