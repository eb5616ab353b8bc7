import type { LocalEngine } from '../infra/database/current-engine.ts';
import type { LogLevel } from '../infra/process/logger.ts';
import { serve } from '../main.ts';
import type { GlobalOptions } from './connect.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { answer, answerJson } from './terminal.ts';

export interface StartOptions extends GlobalOptions {
  engine: 'auto' | LocalEngine;
  logLevel: LogLevel;
  exitWithParent?: boolean;
}

/** `heycat start`: this process becomes the service. */
export async function start({ json, ...options }: StartOptions): Promise<ExitCode> {
  const code = await serve({
    ...options,
    onServing: (announced) => {
      const { socket, pid } = announced;
      if (json) answerJson(announced);
      else answer(`heycat serves ${socket} (pid ${pid}); Ctrl-C stops it`);
    },
  });
  return code === 0 ? EXIT.done : EXIT.failed;
}
