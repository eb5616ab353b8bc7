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

/** `heycat engine move`: carries the data over, and says what was carried and what may be deleted. */
export async function move({ to, json, dataDir = dataFolder() }: MoveOptions): Promise<void> {
  endWithReader();
  // Engines log on stdout where no service tells them otherwise.
  Logger.overrideLogger(false);
  using interrupt = new Interrupt('The move was ended; the data is where it was.');
  const { signal } = interrupt;
  const view = new StepsView('events');
  try {
    tell(await moveEngine({ dataDir: resolve(dataDir), to, signal, onProgress: view.show }), json);
  } catch (thrown) {
    // What waits when Ctrl-C comes fails in many ways.
    throw signal.aborted ? signal.reason : thrown;
  } finally {
    view.end();
  }
}

function tell(moved: Moved, json: boolean | undefined): void {
  const { to, tables, kept } = moved;
  if (json) return answerJson(moved);
  if (!moved.moved) return answer(`The data is in the ${to} engine already.`);
  const rows = (table: string): number => tables[table]?.rows ?? 0;
  answer(
    `The data is in the ${to} engine now: ${rows('event_log')} events, ${rows('command_receipts')} receipts, ` +
      `${rows('recordings')} recordings; every table was compared.`,
  );
  for (const folder of kept) note(`The data as it was stays in ${folder}; delete it when you like.`);
}
