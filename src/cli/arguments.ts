import { InvalidArgumentError } from 'commander';
import type { ExitCode } from './exit-codes.ts';

/** Receives the exit code of a command that does not always exit with 0. */
export type Done = (code: ExitCode) => void;

/** Lines for the end of a command's help. */
export function examples(...lines: string[]): string {
  return ['\nExamples:', ...lines.map((line) => `  ${line}`)].join('\n');
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('It must be a positive integer.');
}

export function commaSeparated(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
