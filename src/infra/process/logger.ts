import type { LoggerService } from '@nestjs/common';
import { destination, pino, type Level, type Logger } from 'pino';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Writes Nest's log as JSON lines to stderr: stdout is for answers only. */
export class JsonLogger implements LoggerService {
  readonly #pino: Logger;

  constructor(level: LogLevel) {
    this.#pino = pino(
      { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
      destination({ fd: 2, sync: true }),
    );
  }

  log = (message: unknown, ...rest: unknown[]): void => this.#write('info', message, rest);
  error = (message: unknown, ...rest: unknown[]): void => this.#write('error', message, rest);
  warn = (message: unknown, ...rest: unknown[]): void => this.#write('warn', message, rest);
  debug = (message: unknown, ...rest: unknown[]): void => this.#write('debug', message, rest);
  verbose = (message: unknown, ...rest: unknown[]): void => this.#write('trace', message, rest);
  fatal = (message: unknown, ...rest: unknown[]): void => this.#write('fatal', message, rest);

  /** Nest passes the context last, and a stack before it. */
  #write(level: Level, message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    const stack = rest.length > 1 ? rest[0] : undefined;
    this.#pino[level]({ context, ...(stack !== undefined && { stack }) }, String(message));
  }
}
