import type { Applied, Submitted } from '../../../src/commands/command-ledger.ts';
import { deferred } from '../../../src/infra/process/waiting.ts';
import { access, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteRecording,
  DeleteRecordingHandler,
} from '../../../src/commands/recordings/delete-recording.ts';
import { HeycatError } from '../../../src/errors.ts';
import { RecordingsFolder } from '../../../src/infra/voice/audio/recording-files.ts';
import { logOf, RecordingLedger, toMessage } from './support.ts';

/** A recordings folder, and files beside it that must stay. */
class Disk implements AsyncDisposable {
  readonly ledger = new RecordingLedger();
  /** Files that recordings have, by id. */
  readonly paths = new Map<number, string>();
  readonly recordings: string;

  private constructor(readonly root: string) {
    this.recordings = join(root, 'recordings');
  }

  static async make(): Promise<Disk> {
    const disk = new Disk(await mkdtemp(join(tmpdir(), 'heycat-delete-')));
    await mkdir(join(disk.recordings, 'old'), { recursive: true });
    await writeFile(join(disk.root, 'outside.wav'), 'keep');
    await writeFile(join(disk.recordings, 'a.wav'), 'sound');
    await writeFile(join(disk.recordings, 'old', 'b.wav'), 'sound');
    return disk;
  }

  /** Deletes recording 1, whose file is at `path`. */
  async delete(path: string, params: object = { delete_file: true }): Promise<Record<string, unknown>> {
    this.paths.set(1, path);
    const files = new RecordingsFolder(this.recordings, {
      isUsed: (used) => [...this.paths].some(([id, other]) => id !== 1 && other === used),
    });
    const handler = new DeleteRecordingHandler(this.ledger, files, logOf('recording_deleted', path));
    return resultOf(await handler.execute(toMessage(DeleteRecording, { id: 1, ...params })));
  }

  has(path: string): Promise<boolean> {
    return access(path).then(
      () => true,
      () => false,
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.root, { recursive: true, force: true });
  }
}

it('CM13 the file goes after the recording', async () => {
  await using disk = await Disk.make();
  const path = join(disk.recordings, 'a.wav');
  expect(await disk.delete(path)).toEqual({ id: 1, file_deleted: true });
  expect(disk.ledger.last).toMatchObject({
    reducer: 'delete_recording',
    args: { id: 1, expected_seq: null },
  });
  expect(await disk.has(path)).toBe(false);
});

it('CM13 a file in a folder of the recordings folder goes too', async () => {
  await using disk = await Disk.make();
  expect(await disk.delete(join(disk.recordings, 'old', 'b.wav'))).toMatchObject({ file_deleted: true });
});

it('CM13 without delete_file the file stays and nothing is said of it', async () => {
  await using disk = await Disk.make();
  const path = join(disk.recordings, 'a.wav');
  expect(await disk.delete(path, {})).toEqual({ id: 1 });
  expect(await disk.delete(path, { delete_file: false })).toEqual({ id: 1 });
  expect(await disk.has(path)).toBe(true);
});

it('CM14 a refused command leaves the file', async () => {
  await using disk = await Disk.make();
  const path = join(disk.recordings, 'a.wav');
  disk.ledger.refusal = new HeycatError('CONFLICT');
  await expect(disk.delete(path)).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await disk.has(path)).toBe(true);
});

it.each<[string, (disk: Disk) => Promise<string> | string, RegExp]>([
  ['a file outside', (disk) => join(disk.root, 'outside.wav'), /outside the recordings folder/],
  ['a file outside, by ..', (disk) => `${disk.recordings}/../outside.wav`, /outside the recordings folder/],
  ['the recordings folder itself', (disk) => disk.recordings, /outside the recordings folder/],
  ['a folder inside', (disk) => join(disk.recordings, 'old'), /not a file/],
  [
    'a sibling folder whose name begins alike',
    async (disk) => {
      await mkdir(`${disk.recordings}-2`);
      await writeFile(join(`${disk.recordings}-2`, 'a.wav'), 'keep');
      return join(`${disk.recordings}-2`, 'a.wav');
    },
    /outside the recordings folder/,
  ],
  [
    'a link inside that points outside',
    async (disk) => {
      await symlink(join(disk.root, 'outside.wav'), join(disk.recordings, 'link.wav'));
      return join(disk.recordings, 'link.wav');
    },
    /not a file/,
  ],
  [
    'a linked folder that leads outside',
    async (disk) => {
      await symlink(disk.root, join(disk.recordings, 'way'));
      return join(disk.recordings, 'way', 'outside.wav');
    },
    /outside the recordings folder/,
  ],
])('CM14 %s is kept, and told (upstream defect 21)', async (_, place, reason) => {
  await using disk = await Disk.make();
  const path = await place(disk);
  expect(await disk.delete(path)).toEqual({
    id: 1,
    file_deleted: false,
    file_kept_because: expect.stringMatching(reason) as string,
  });
  expect(await disk.has(join(disk.root, 'outside.wav'))).toBe(true);
  expect(await disk.has(path)).toBe(true);
});

it('CM13 a file that another recording names is kept', async () => {
  await using disk = await Disk.make();
  const path = join(disk.recordings, 'a.wav');
  disk.paths.set(2, path);
  expect(await disk.delete(path)).toMatchObject({
    file_deleted: false,
    file_kept_because: expect.stringMatching(/Another/) as string,
  });
  expect(await disk.has(path)).toBe(true);
});

it('CM13 the recordings folder may itself be reached through a link', async () => {
  await using disk = await Disk.make();
  await symlink(disk.recordings, join(disk.root, 'linked'));
  expect(await disk.delete(join(disk.root, 'linked', 'a.wav'))).toMatchObject({ file_deleted: true });
});

it('CM13 the same command again finds the file, or is answered alike after it went (upstream defect 21)', async () => {
  await using disk = await Disk.make();
  const path = join(disk.recordings, 'a.wav');
  expect(await disk.delete(path)).toEqual(await disk.delete(path));
});

it('CM14 when the log cannot be read the file is kept, and told', async () => {
  const log = {
    history: () => Promise.resolve([]),
    read: () => Promise.reject(new HeycatError('ENGINE_UNAVAILABLE')),
  };
  const files = new RecordingsFolder('/nowhere', { isUsed: () => false });
  const handler = new DeleteRecordingHandler(new RecordingLedger(), files, log);
  const answer = await handler.execute(toMessage(DeleteRecording, { id: 1, delete_file: true }));
  expect(resultOf(answer)).toMatchObject({
    file_deleted: false,
    file_kept_because: expect.stringMatching(/send the command again/) as string,
  });
});

it('CM13 while the command is queued the file stays, and goes when it is applied', async () => {
  await using disk = await Disk.make();
  const path = join(disk.recordings, 'a.wav');
  const files = new RecordingsFolder(disk.recordings, { isUsed: () => false });
  const applied = deferred<Applied>();
  const ledger = Object.assign(new RecordingLedger(), {
    submit: async () => ({ status: 'queued' as const, command_id: 'c', position: 1 }),
    settled: () => applied.promise,
  });
  const handler = new DeleteRecordingHandler(ledger, files, logOf('recording_deleted', path));
  const answer = await handler.execute(toMessage(DeleteRecording, { id: 1, delete_file: true }));
  expect(answer).toEqual({ status: 'queued', command_id: 'c', position: 1 });
  expect(await disk.has(path)).toBe(true);
  applied.resolve({ status: 'applied', command_id: 'c', seq: 7, result: { id: 1 } });
  while (await disk.has(path)) await new Promise(setImmediate);
});

function resultOf(submitted: Submitted): Record<string, unknown> {
  if (submitted.status !== 'applied') throw new Error('It was queued.');
  return submitted.result;
}
