import { CommandJournal } from '../../src/infra/journal/command-journal.ts';

/** Appends commands as fast as it can and says which are durable, until it is killed. */
const [folder, first] = process.argv.slice(2);
const { journal } = await CommandJournal.open(folder!, { maxCommands: 1e9, minFileBytes: 64 * 1024 });
const applied = { first_seq: 1, seq: 1, result: {}, created_at: '2026-01-01T00:00:00.000Z' };
process.stdout.write('ready\n');
for (let number = Number(first); ; number++) {
  const args = { number, text: 'v'.repeat(number % 700) };
  const { entry, durable } = journal.append({
    command_id: String(number),
    reducer: 'save_setting',
    args,
    issued_at: '2026-01-01T00:00:00.000Z',
    since: 0,
  });
  // All but each tenth are forgotten, so that the files are written anew now and then.
  const settle = (): void => {
    process.stdout.write(`${number}\n`);
    if (number % 10 === 0) journal.applied(entry, applied);
    else journal.forget(entry);
  };
  void durable.then(settle);
  if (number % 20 === 0) await new Promise(setImmediate);
  if (number % 500 === 0) await durable;
}
