import type { BackupHeader } from './backup-lines.ts';
import { SealedFile } from './sealed-file.ts';

/** What a backup says of itself; undefined when it cannot be read. The rest is not checked. */
export async function readHeader(path: string): Promise<BackupHeader | undefined> {
  try {
    await using file = await SealedFile.open(path);
    const [line = ''] = (await file?.beginning())?.split('\n') ?? [];
    return (JSON.parse(line) as { header?: BackupHeader }).header;
  } catch {
    return undefined;
  }
}
