import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { GroupCommit } from '../../../src/infra/journal/delivery.ts';
import { CommandJournal } from '../../../src/infra/journal/command-journal.ts';
import { SegmentLog } from '../../../src/infra/process/files/segment-log.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const command = (command_id: string) => ({
  command_id,
  reducer: 'save_setting',
  args: { key: command_id },
  issued_at: '',
  since: 0,
});

describe('commands that share a write', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let journal: CommandJournal;
  let isBusy: boolean;
  let group: GroupCommit;
  let writes: jest.Spied<SegmentLog['append']>;
  beforeEach(async () => {
    folder = await tempFolder();
    ({ journal } = await CommandJournal.open(folder.path));
    isBusy = true;
    group = new GroupCommit(() => isBusy);
    journal.groupComplete = () => group.complete();
    writes = jest.spyOn(SegmentLog.prototype, 'append');
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await journal.close();
    await folder[Symbol.asyncDispose]();
  });

  it('JRN22 while the engine has enough to do they share one write, which begins when something waits for it', async () => {
    const durable: Promise<void>[] = [];
    for (const name of ['a', 'b', 'c']) {
      durable.push(journal.append(command(name)).durable);
      await Promise.resolve();
    }
    expect(writes).toHaveBeenCalledTimes(0);
    group.end();
    await Promise.all(durable);
    expect(writes).toHaveBeenCalledTimes(1);
  });

  it('JRN22 they wait for ten milliseconds at most, not at all at the end of the journal, and not for an idle engine', async () => {
    await journal.append(command('a')).durable;
    const last = journal.append(command('b')).durable;
    await Promise.resolve();
    const before = performance.now();
    await journal.flush();
    expect(performance.now() - before).toBeLessThan(1_000);
    await last;
    isBusy = false;
    const timer = sleep(60_000, undefined, { ref: false });
    await Promise.race([journal.append(command('c')).durable, timer]);
    expect([...journal.entries()].map(({ command_id }) => command_id)).toEqual(['a', 'b', 'c']);
  });
});
