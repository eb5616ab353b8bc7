import { once } from 'node:events';
import { chmod, copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { CommandJournal, type JournalOptions } from '../../../src/infra/journal/command-journal.ts';
import { argsOf, type JournalEntry, type NewEntry } from '../../../src/infra/journal/journal-record.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { writtenLength } from '../../support/written-length.ts';
import { runTypescript } from '../../support/typescript-child.ts';
import { failing, type Failure } from './failing-disk.ts';

const AT = '2026-05-01T08:00:00.000Z';
const KILLS = Number(process.env['HEYCAT_KILLS'] ?? (process.env['CI'] ? 20 : 4));
/** A folder is killed over and over, but not until reading all of it takes longer than the kills. */
const KILLS_PER_FOLDER = 20;

const command = (name: string, value: unknown = name): NewEntry => ({
  command_id: name,
  reducer: 'save_setting',
  args: { key: name, value },
  issued_at: AT,
  since: 3,
});
const applied = { first_seq: 9, seq: 9, result: { id: 1 }, created_at: AT };
const failed = { code: 'CONFLICT', message: 'It has changed.', failed_at: AT };

/** What a reader of the journal sees. */
const shown = (entry: JournalEntry) => ({
  position: entry.position,
  id: entry.command_id,
  args: argsOf(entry),
  ...(entry.applied && { applied: entry.applied }),
  ...(entry.settled && { settled: true }),
  ...(entry.failed && { failed: entry.failed }),
});
const content = (journal: CommandJournal) => [...journal.entries()].map(shown);
const names = (journal: CommandJournal) => [...journal.entries()].map(({ command_id }) => command_id);

async function reopened(folder: string, options?: JournalOptions) {
  const opened = await CommandJournal.open(folder, options);
  await opened.journal.close();
  return opened;
}

type Step = {
  kind: 'append' | 'applied' | 'settled' | 'failed' | 'remove' | 'forget' | 'reopen';
  which: number;
};
const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom(
      'append',
      'append',
      'append',
      'applied',
      'settled',
      'failed',
      'remove',
      'forget',
      'reopen',
    ),
    which: fc.nat(20),
  }),
  { maxLength: 60 },
);

describe('the journal', () => {
  it('JRN5 holds what a plain list would, over restarts, in files that stay small', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (story) => {
        await using folder = await tempFolder();
        const path = join(folder.path, 'journal');
        let { journal } = await CommandJournal.open(path, { minFileBytes: 500 });
        const model: ReturnType<typeof shown>[] = [];
        for (const [index, { kind, which }] of story.entries()) {
          const entries = [...journal.entries()];
          const at = entries.length === 0 ? 0 : which % entries.length;
          const entry = entries[at];
          if (kind === 'append') {
            const taken = journal.append(command(`c${index}`, '"\\n\n é ' + 'x'.repeat(which)));
            model.push(shown(taken.entry));
            if (which % 3 === 0) await taken.durable;
          } else if (kind === 'reopen') {
            await journal.close();
            ({ journal } = await CommandJournal.open(path, { minFileBytes: 500 }));
          } else if (entry !== undefined) {
            if (kind === 'applied') journal.applied(entry, applied);
            else if (kind === 'settled') journal.settled([entry]);
            else if (kind === 'failed') await journal.failed(entry, failed);
            else if (kind === 'remove') await journal.remove(entry);
            else journal.forget(entry);
            if (kind === 'remove' || kind === 'forget') model.splice(at, 1);
            else model[at] = shown(entry);
          }
          expect(content(journal)).toEqual(model);
        }
        const dead = model.filter((entry) => entry.failed !== undefined).length;
        const pending = model.filter((entry) => entry.applied === undefined).length - dead;
        expect(journal.counts).toEqual({ pending, dead });
        const { next } = journal;
        await journal.close();
        const again = await reopened(path);
        expect(content(again.journal)).toEqual(model);
        expect(again.journal.next).toBe(next);
        expect(again.faults).toEqual([]);
        const files = await readdir(path);
        expect(files.length).toBeLessThanOrEqual(2);
        for (const name of files) expect((await stat(join(path, name))).mode & 0o777).toBe(0o600);
        expect((await stat(path)).mode & 0o777).toBe(0o700);
      }),
      { numRuns: 40 },
    );
  });

  it('JRN6 cut off by a crash at any byte it has every command that was durable before, in order, and says so', async () => {
    await using folder = await tempFolder();
    const whole = join(folder.path, 'whole');
    const { journal } = await CommandJournal.open(whole);
    const durableAt: [name: string, bytes: number][] = [];
    const file = join(whole, 'commands-0000000001');
    for (const name of ['a', 'b', 'c']) {
      const [one, two] = [journal.append(command(name)), journal.append(command(`${name}${name}`))];
      await Promise.all([one.durable, two.durable]);
      const size = writtenLength(await readFile(file));
      durableAt.push([name, size], [`${name}${name}`, size]);
    }
    await journal.close();
    const bytes = await readFile(file);
    for (let cut = 0; cut < bytes.length; cut++) {
      const path = join(folder.path, String(cut));
      await reopened(path);
      await writeFile(join(path, 'commands-0000000002'), bytes.subarray(0, cut));
      const { journal: after, faults } = await reopened(path);
      const kept = durableAt.filter(([, size]) => size <= cut);
      expect(names(after)).toEqual(kept.map(([name]) => name));
      const isBetween = cut === 0 || durableAt.some(([, size]) => size === cut);
      expect(faults).toEqual(isBetween ? [] : [expect.stringContaining('cut off')]);
      expect((await reopened(path)).faults).toEqual([]);
    }
  });

  it('JRN7 damaged in the middle it is set aside whole, and goes on with what can be read', async () => {
    await using folder = await tempFolder();
    const { journal } = await CommandJournal.open(folder.path);
    for (const name of ['a', 'b', 'c']) await journal.append(command(name)).durable;
    await journal.close();
    const file = join(folder.path, 'commands-0000000001');
    const bytes = await readFile(file);
    bytes[bytes.indexOf('"b"')]! ^= 1;
    await writeFile(file, bytes);
    const first = await CommandJournal.open(folder.path);
    expect(first.faults).toEqual([
      expect.stringMatching(/commands-0000000001 is damaged and was moved aside/),
    ]);
    expect(names(first.journal)).toEqual(['a', 'c']);
    expect(first.journal.append(command('d')).entry.position).toBe(4);
    await first.journal.close();
    expect(await readFile(`${file}.damaged`)).toEqual(bytes);
    const second = await reopened(folder.path);
    expect(names(second.journal)).toEqual(['a', 'c', 'd']);
    expect(second.faults).toEqual([]);
  });

  it('JRN8 refuses more commands or bytes than it may hold with QUEUE_FULL, and takes them when there is room', async () => {
    await using folder = await tempFolder();
    const { journal } = await CommandJournal.open(folder.path, { maxCommands: 2, maxBytes: 1_000 });
    expect(() => journal.append(command('big', 'x'.repeat(1_000)))).toThrow(/wait for the engine/);
    const { entry } = journal.append(command('a'));
    journal.append(command('b'));
    let refusal: unknown;
    try {
      journal.append(command('c'));
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ code: 'QUEUE_FULL', retryable: true, details: { outcome: 'not_sent' } });
    journal.applied(entry, applied);
    await journal.append(command('c')).durable;
    await journal.close();
    expect(names((await reopened(folder.path)).journal)).toEqual(['a', 'b', 'c']);
  });

  it.each<Failure>(['write', 'sync', 'half', 'stuck'])(
    'JRN9 when the disk refuses (%s) the command is refused and nothing of it stays, and all goes on when there is room',
    async (kind) => {
      await using folder = await tempFolder();
      const { journal } = await CommandJournal.open(folder.path);
      const before = journal.append(command('before'));
      await before.durable;
      await using disk = await failing(folder.path, kind);
      journal.applied(before.entry, applied);
      const refused = journal.append(command('refused'));
      await expect(refused.durable).rejects.toMatchObject({
        code: 'QUEUE_FULL',
        message: expect.stringMatching(/ENOSPC.*free some disk space/),
        details: { outcome: 'not_sent' },
      });
      expect(names(journal)).toEqual(['before']);
      disk.hasRoom = true;
      await journal.append(command('after')).durable;
      expect(journal.counts).toEqual({ pending: 1, dead: 0 });
      await journal.close();
      const again = await reopened(folder.path);
      expect(content(again.journal)).toMatchObject([{ id: 'before', applied }, { id: 'after' }]);
      expect(again.faults).toEqual([]);
    },
  );

  it('JRN9 a full disk at the start keeps what the journal holds', async () => {
    await using folder = await tempFolder();
    const { journal } = await CommandJournal.open(folder.path);
    await journal.append(command('a')).durable;
    await journal.close();
    {
      await using _ = await failing(folder.path, 'write');
      expect(names((await reopened(folder.path)).journal)).toEqual(['a']);
    }
    const again = await CommandJournal.open(folder.path);
    await again.journal.append(command('b')).durable;
    await again.journal.close();
    expect(names((await reopened(folder.path)).journal)).toEqual(['a', 'b']);
  });

  it('JRN5 a folder that is open to others is refused', async () => {
    await using folder = await tempFolder();
    await chmod(folder.path, 0o755);
    await expect(CommandJournal.open(folder.path)).rejects.toMatchObject({ code: 'NOT_AUTHORIZED' });
  });

  it('JRN7 a record of a newer version is kept in the file that is set aside', async () => {
    await using folder = await tempFolder();
    const { journal } = await CommandJournal.open(folder.path);
    await journal.append(command('a')).durable;
    await journal.close();
    const other = join(folder.path, 'copy');
    await reopened(other);
    const { SegmentLog, newGroup, BODY } = await import('../../../src/infra/process/files/segment-log.ts');
    const log = await SegmentLog.continue({ folder: other, name: 'commands', magic: 0xff4a4331 }, []);
    const unknown = newGroup(12);
    unknown.write('{"novel":1}\n', BODY);
    await log.append(unknown);
    await log.close();
    await copyFile(join(other, 'commands-0000000001'), join(folder.path, 'commands-0000000007'));
    const { journal: after, faults } = await reopened(folder.path);
    expect(names(after)).toEqual(['a']);
    expect(faults).toHaveLength(1);
    expect(await readdir(folder.path)).toContain('commands-0000000007.damaged');
  });

  it('JRN7 outcomes as earlier versions wrote them are read, and what stands behind them', async () => {
    await using folder = await tempFolder();
    const { journal } = await CommandJournal.open(folder.path);
    const { line } = journal.append(command('b')).entry;
    await journal.append(command('c')).durable;
    await journal.close();
    const { SegmentLog, newGroup, BODY } = await import('../../../src/infra/process/files/segment-log.ts');
    const place = { folder: folder.path, name: 'commands', magic: 0xff4a4331 };
    const log = await SegmentLog.continue(place, [], 1);
    const outcome = { first_seq: 7, seq: 8, result: { id: 1 }, created_at: '2026-11-01T00:00:00.000000Z' };
    const records = `${JSON.stringify({ applied: 1, ...outcome })}\n{"gone":2}\n${line.replace('"put":1', '"put":3')}`;
    const group = newGroup(records.length);
    group.write(records, BODY);
    await log.append(group);
    await log.close();
    const { journal: after, faults } = await reopened(folder.path);
    expect(faults).toEqual([]);
    expect([...after.entries()].map(({ position, applied }) => [position, applied])).toEqual([
      [1, outcome],
      [3, undefined],
    ]);
  });

  it(`JRN10 after kill -9 every command that was durable is there once and in order (${KILLS} kills)`, async () => {
    await using folder = await tempFolder();
    let [path, first] = ['', 1];
    for (let kill = 0; kill < KILLS; kill++) {
      if (kill % KILLS_PER_FOLDER === 0) [path, first] = [join(folder.path, String(kill)), 1];
      const { child } = await runTypescript('journal-writer.ts', [path, String(first)]);
      let said = '';
      child.stdout.on('data', (chunk: string) => (said += chunk));
      await once(child.stdout, 'data');
      setTimeout(() => child.kill('SIGKILL'), Math.random() * 300);
      await once(child, 'close');
      const durable = said.slice(0, said.lastIndexOf('\n')).split('\n').map(Number);
      const { journal } = await reopened(path, { maxCommands: 1e9 });
      const kept = [...journal.entries()];
      const numbers = kept.map(({ command_id }) => Number(command_id));
      expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
      for (const entry of kept) expect(argsOf(entry)['number']).toBe(Number(entry.command_id));
      const present = new Set(numbers);
      // What was not to be forgotten is there; of the rest only what was not forgotten yet.
      const missing = durable.filter((number) => number % 10 === 0 && !present.has(number));
      expect({ missing, durable: durable.length > 0 }).toEqual({ missing: [], durable: true });
      expect(journal.next).toBeGreaterThan(durable.at(-1)! - first);
      first = Math.max(numbers.at(-1) ?? 0, durable.at(-1)!) + 1;
    }
  }, 3_600_000);
});
