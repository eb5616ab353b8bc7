import { resolve } from 'node:path';
import { Logger } from '@nestjs/common';
import type { BackupMade } from '../commands/backups/create-backup.ts';
import type { BackupProgress } from '../events/live-event.ts';
import { HeycatError } from '../errors.ts';
import { backUpFolder } from '../infra/backup/back-up-folder.ts';
import { dataFolder } from '../infra/process/paths.ts';
import { connect, type GlobalOptions } from './connect.ts';
import { Interrupt } from './interrupt.ts';
import { ProgressView } from './progress.ts';
import { answer, answerJson, bytesText, endWithReader } from './terminal.ts';

export interface BackupOptions extends GlobalOptions {
  /** A file that does not exist yet. */
  to?: string;
}

interface Request {
  options: GlobalOptions;
  file: string | undefined;
  signal: AbortSignal;
  onProgress: (progress: BackupProgress) => void;
}

/** `heycat backup`: asks the service if one runs on the data folder, otherwise reads the folder itself. */
export async function backup({ to, ...options }: BackupOptions): Promise<void> {
  endWithReader();
  // Outside a service, engines would log to stdout.
  Logger.overrideLogger(false);
  using interrupt = new Interrupt('The backup was cancelled; its file was removed.');
  const { signal } = interrupt;
  const view = new ProgressView();
  const onProgress = (progress: BackupProgress): void =>
    view.show({ step: 'saved', subject: 'events', ...progress });
  const request = { options, file: to === undefined ? undefined : resolve(to), signal, onProgress };
  try {
    const made = await onFolder(request).catch((thrown: unknown) => throughService(request, thrown));
    view.end();
    if (options.json) answerJson(made);
    else answer(sentence(made));
  } catch (thrown) {
    throw signal.aborted ? signal.reason : thrown;
  } finally {
    view.end();
  }
}

function onFolder({ options, ...rest }: Request): Promise<BackupMade> {
  return backUpFolder({ dataDir: resolve(options.dataDir ?? dataFolder()), ...rest });
}

/** @param thrown why the folder could not be opened; only the service that has it open can help. */
async function throughService(
  { options, file, signal, onProgress }: Request,
  thrown: unknown,
): Promise<BackupMade> {
  if (!(thrown instanceof HeycatError) || thrown.code !== 'BUSY') throw thrown;
  await using client = await connect(options).catch(() => Promise.reject(thrown));
  const { pid } = await client.call('get_status', {});
  // The service that was found may belong to another data folder.
  if (pid !== thrown.details['pid']) throw thrown;
  await client.subscribe({ types: ['backup_progress'] }, ({ payload }) =>
    onProgress(payload as unknown as BackupProgress),
  );
  return await client.call('create_backup', { ...(file !== undefined && { file }) }, { signal });
}

function sentence({ file, bytes, events, receipts }: BackupMade): string {
  return `Saved ${events} events and ${receipts} receipts in ${file} (${bytesText(bytes)}). Sound files are not included.`;
}
