import { CommanderError } from 'commander';
import { HeycatError } from '../errors.ts';

/** The exit codes of the `heycat` command. */
export const EXIT = {
  done: 0,
  /** Rejected by the service's rules, or failed. */
  failed: 1,
  usage: 2,
  notRunning: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export function exitCodeOf(thrown: unknown): ExitCode {
  // Commander also throws after --help and --version.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.done : EXIT.usage;
  return HeycatError.from(thrown).details['reason'] === 'not_running' ? EXIT.notRunning : EXIT.failed;
}
