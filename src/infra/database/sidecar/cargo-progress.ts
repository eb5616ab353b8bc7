import { stripVTControlCharacters } from 'node:util';
import type { Progress } from '../../process/progress.ts';

const STEP = /^\s*(Updating|Downloading|Downloaded|Compiling|Installing|Finished)\s+(\S+)/;
const BAR = /^\s*Building \[[=> ]*\]\s+(\d+)\/(\d+)/;
const LINES_KEPT = 8;

/** Reads what cargo writes on stderr: lines, and progress bars that end in a carriage return. */
export class CargoProgress {
  #rest = '';
  #last: Progress = { step: 'Starting', subject: 'cargo', done: 0, total: 0 };
  readonly #plain: string[] = [];

  /** The states that a piece of output leads through. */
  feed(text: string): Progress[] {
    const lines = (this.#rest + text).split(/[\r\n]/);
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.#read(stripVTControlCharacters(line)));
  }

  /** The last lines that were no progress: the reason, when cargo fails. */
  get complaint(): string {
    return [...this.#plain, this.#rest.trim()].filter((line) => line !== '').join('\n');
  }

  #read(line: string): Progress[] {
    const bar = BAR.exec(line);
    const step = STEP.exec(line);
    if (bar !== null) this.#last = { ...this.#last, done: Number(bar[1]), total: Number(bar[2]) };
    else if (step !== null) this.#last = { ...this.#last, step: step[1]!, subject: step[2]! };
    else this.#keep(line);
    return bar === null && step === null ? [] : [this.#last];
  }

  #keep(line: string): void {
    if (line.trim() === '') return;
    this.#plain.push(line.trimEnd());
    if (this.#plain.length > LINES_KEPT) this.#plain.shift();
  }
}
