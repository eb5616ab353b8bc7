import type { NewTakeFile, RepairedSound, TakeFile, TakeFiles } from '../../../dictation/ports/take-files.ts';
import { findLeftovers, type KnownRecording, type Leftovers } from './find-leftovers.ts';
import { GrowingWav } from './growing-wav.ts';
import { repairWav } from './repair-wav.ts';

/** Takes as WAV files of one folder. */
export class WavTakeFiles implements TakeFiles {
  constructor(private readonly folder: string) {}

  create(file: NewTakeFile): Promise<TakeFile> {
    return GrowingWav.create({ folder: this.folder, ...file });
  }

  repair(path: string): Promise<RepairedSound> {
    return repairWav(path);
  }

  leftovers(rows: Iterable<KnownRecording>): Promise<Leftovers> {
    return findLeftovers(this.folder, rows);
  }
}
