import { resolve } from 'node:path';
import { Logger } from '@nestjs/common';
import type { LocalEngine } from '../infra/database/current-engine.ts';
import { moveEngine, type Moved } from '../infra/database/move/move-engine.ts';
import { dataFolder } from '../infra/process/paths.ts';
import type { GlobalOptions } from './connect.ts';
import { Interrupt } from './interrupt.ts';
import { StepsView } from './progress.ts';
import { answer, answerJson, endWithReader, note } from './terminal.ts';

export interface MoveOptions extends GlobalOptions {
  to: LocalEngine;
}

/** `heycat engine move`: moves the data, and says what was moved and which folder may be deleted. */
export async function move({ to, json, dataDir = dataFolder() }: MoveOptions): Promise<void> {
  endWithReader();
  // Outside a service, engines would log to stdout.
  Logger.overrideLogger(false);
  using interrupt = new Interrupt('The move was cancelled; the data is where it was.');
  const { signal } = interrupt;
  const view = new StepsView('events');
  try {
    print(await moveEngine({ dataDir: resolve(dataDir), to, signal, onProgress: view.show }), json);
  } catch (thrown) {
    // Ctrl-C makes pending work fail in many ways.
    throw signal.aborted ? signal.reason : thrown;
  } finally {
    view.end();
  }
}

function print(moved: Moved, json: boolean | undefined): void {
  const { to, tables, kept } = moved;
  if (json) return answerJson(moved);
  if (!moved.moved) return answer(`The data is already in the ${to} engine.`);
  const rows = (table: string): number => tables[table]?.rows ?? 0;
  answer(
    `The data is now in the ${to} engine: ${rows('event_log')} events, ${rows('command_receipts')} receipts, ` +
      `${rows('recordings')} recordings; every table was compared.`,
  );
  for (const folder of kept) note(`The previous data is kept in ${folder}; delete it when you like.`);
}
