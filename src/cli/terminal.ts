import { styleText } from 'node:util';
import { HeycatError } from '../errors.ts';

type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

/** One line of the answer, on stdout. */
export function answer(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The answer for programs: one line of JSON on stdout. */
export function answerJson(value: unknown): void {
  answer(JSON.stringify(value));
}

/** What is not the answer (progress, hints, refusals), on stderr. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function styled(style: Style, text: string): string {
  return process.stdout.isTTY && !process.env['NO_COLOR'] ? styleText(style, text) : text;
}

/** Without the control characters, line ends excepted, that could make a terminal do something. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '\u00b7');
}

/** Ends without a word when what reads our output goes away, as `head` does. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  process.stderr.on('error', () => undefined);
}

/** Tells a refusal on stderr: a sentence with its code, or one line of JSON. */
export function tellError(thrown: unknown, json: boolean): void {
  const error = HeycatError.from(thrown);
  const { code, message, retryable, details } = error;
  if (json) return note(JSON.stringify({ error: { code, message, retryable, details } }));
  note(printable(`${code}: ${message}`));
  if (typeof details['field'] === 'string') note(printable(`  field: ${details['field']}`));
  // What is no refusal is a fault of ours: the place helps to report it.
  if (code === 'INTERNAL' && error.cause instanceof Error) note(error.cause.stack ?? error.cause.message);
}

/** For example `12 kB` or `3.4 MB`. */
export function bytesText(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
