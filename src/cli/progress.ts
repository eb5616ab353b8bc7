import type { Progress } from '../infra/process/progress.ts';

const BAR_CHARS = 30;
/** Without a terminal, a line is written after each further step of this size. */
const LINE_PERCENT = 5;

/** Shows the progress of long work on stderr: one line that is updated on a terminal, single lines elsewhere. */
export class ProgressView {
  readonly #stream: NodeJS.WriteStream;
  #lastStep = '';
  #lastPercent = -LINE_PERCENT;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  readonly show = (progress: Progress): void => {
    if (this.#stream.isTTY) this.#stream.write(`\r${barLine(progress, this.#stream.columns)}\u001b[K`);
    else this.#showLine(progress);
  };

  /** Erases the line that is updated; call it before anything else is written. */
  end(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\u001b[K');
  }

  #showLine({ step, subject, done, total }: Progress): void {
    const percent = total === 0 ? 0 : (100 * done) / total;
    if (total === 0 && step === this.#lastStep) return;
    if (total > 0 && done < total && percent < this.#lastPercent + LINE_PERCENT) return;
    if (total > 0 && done === total && this.#lastPercent === 100) return;
    this.#lastStep = step;
    this.#lastPercent = total === 0 ? this.#lastPercent : percent;
    this.#stream.write(total === 0 ? `${step} ${subject}\n` : `${done}/${total} ${step} ${subject}\n`);
  }
}

/** Work of several steps, each with a bar of its own. */
export class StepsView {
  #step: string | undefined;
  #view = new ProgressView();

  constructor(private readonly subject: string) {}

  readonly show = ({ step, done, total }: Omit<Progress, 'subject'>): void => {
    if (step !== this.#step) this.#view = new ProgressView();
    this.#step = step;
    this.#view.show({ step, subject: this.subject, done, total });
  };

  end(): void {
    this.#view.end();
  }
}

/** A bar no wider than the terminal, so that `\r` always returns to its beginning. */
export function barLine({ step, subject, done, total }: Progress, columns = 80): string {
  const filled = total === 0 ? 0 : Math.round((BAR_CHARS * done) / total);
  const bar = `[${'='.repeat(filled)}${' '.repeat(BAR_CHARS - filled)}]`;
  const count = total === 0 ? '' : ` ${done}/${total}`;
  return `${bar}${count} ${step} ${subject}`.slice(0, Math.max(0, columns - 1));
}
