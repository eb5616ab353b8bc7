import { styleText } from 'node:util';
import { HeycatError } from '../errors.ts';
import { environment } from '../infra/process/environment.ts';

type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

/** One line of the answer, on stdout. */
export function answer(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The answer as one line of JSON on stdout, for programs. */
export function answerJson(value: unknown): void {
  answer(JSON.stringify(value));
}

/** Everything but the answer (progress, hints, errors), on stderr. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function styled(style: Style, text: string): string {
  return process.stdout.isTTY && !environment()['NO_COLOR'] ? styleText(style, text) : text;
}

/** Replaces control characters other than line ends, which could control the terminal. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '\u00b7');
}

/** Exits silently when the reader of our output goes away, as `head` does. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  process.stderr.on('error', () => undefined);
}

/** Prints an error on stderr: its code and sentence, or one line of JSON. */
export function printError(thrown: unknown, json: boolean): void {
  const error = HeycatError.from(thrown);
  const { code, message, retryable, details } = error;
  if (json) return note(JSON.stringify({ error: { code, message, retryable, details } }));
  note(printable(`${code}: ${message}`));
  if (typeof details['field'] === 'string') note(printable(`  field: ${details['field']}`));
  // An unexpected failure is a defect of ours: the stack trace helps to report it.
  if (code === 'INTERNAL' && error.cause instanceof Error) note(error.cause.stack ?? error.cause.message);
}

/** For example `12 kB` or `3.4 MB`. */
export function bytesText(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
