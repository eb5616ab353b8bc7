import { InvalidArgumentError } from 'commander';
import type { ExitCode } from './exit-codes.ts';

/** Takes the exit code of a command that has one of its own. */
export type Done = (code: ExitCode) => void;

/** Lines for the end of a command's help. */
export function examples(...lines: string[]): string {
  return ['\nExamples:', ...lines.map((line) => `  ${line}`)].join('\n');
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('It is a whole number from 1 on.');
}

export function commaSeparated(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
