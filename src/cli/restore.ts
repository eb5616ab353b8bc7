import { resolve } from 'node:path';
import { Logger } from '@nestjs/common';
import { restoreBackup, type Restored } from '../infra/backup/restore-backup.ts';
import type { LocalEngine } from '../infra/database/current-engine.ts';
import { dataFolder } from '../infra/process/paths.ts';
import type { GlobalOptions } from './connect.ts';
import { Interrupt } from './interrupt.ts';
import { StepsView } from './progress.ts';
import { answer, answerJson, endWithReader, note } from './terminal.ts';

export interface RestoreOptions extends GlobalOptions {
  engine?: LocalEngine;
  /** Instead of a file. */
  latest?: boolean;
}

/** `heycat restore`: replaces the data with a backup, and says where the previous data is kept. */
export async function restore(file: string | undefined, options: RestoreOptions): Promise<void> {
  endWithReader();
  Logger.overrideLogger(false);
  using interrupt = new Interrupt('The restore was cancelled; the data is unchanged.');
  const { signal } = interrupt;
  const view = new StepsView('events');
  const { engine, dataDir = dataFolder() } = options;
  try {
    const place = { dataDir: resolve(dataDir), file: file === undefined ? undefined : resolve(file), engine };
    print(await restoreBackup({ ...place, signal, onProgress: view.show }), options.json);
  } catch (thrown) {
    throw signal.aborted ? signal.reason : thrown;
  } finally {
    view.end();
  }
}

function print(restored: Restored, json: boolean | undefined): void {
  if (json) return answerJson(restored);
  const { engine, made_at, events, receipts, queued, skipped, kept } = restored;
  for (const damaged of skipped) note(`${damaged} is damaged and was skipped.`);
  answer(
    `The data is now that of ${made_at}, in the ${engine} engine: ${events} events, ${receipts} receipts; ` +
      'every row was compared.',
  );
  if (queued > 0) answer(`${queued} commands in the journal follow it; the next start carries them out.`);
  for (const folder of kept) note(`The replaced data is kept in ${folder}; delete it when you like.`);
}
