import { Option, type Command } from 'commander';
import { LOCAL_ENGINES } from '../infra/database/current-engine.ts';
import { examples, type Done } from './arguments.ts';
import { EXIT } from './exit-codes.ts';
import type { RestoreOptions } from './restore.ts';

/** The commands for queue, backups, engines and setup. */
export function dataCommands(program: Command, done: Done): void {
  queueCommands(program);
  backupCommands(program);
  setupCommands(program, done);
}

function queueCommands(program: Command): void {
  const queue = program
    .command('queue')
    .description('The commands that wait for the engine, and the dead letters.');
  queue
    .command('list')
    .description('List them, dead letters with their errors.')
    .addHelpText('after', examples('heycat queue list', 'heycat queue list --json'))
    .action(async (_, command: Command) => {
      const { listQueue } = await import('./queue.ts');
      await listQueue(command.optsWithGlobals());
    });
  queue
    .command('retry')
    .description('Put a dead letter back at the end of the queue.')
    .argument('<command_id>', 'As `heycat queue list` shows it.')
    .addHelpText('after', examples('heycat queue retry 0c9d1c4e-6a0e-4c1e-9a3e-0d8b1b7a2f10'))
    .action(async (commandId: string, _, command: Command) => {
      const { retryCommand } = await import('./queue.ts');
      await retryCommand(commandId, command.optsWithGlobals());
    });
  queue
    .command('drop')
    .description('Remove a dead letter.')
    .argument('<command_id>', 'As `heycat queue list` shows it.')
    .addHelpText('after', examples('heycat queue drop 0c9d1c4e-6a0e-4c1e-9a3e-0d8b1b7a2f10'))
    .action(async (commandId: string, _, command: Command) => {
      const { dropCommand } = await import('./queue.ts');
      await dropCommand(commandId, command.optsWithGlobals());
    });
}

function backupCommands(program: Command): void {
  const backups = program
    .command('backup')
    .description(
      'Write the complete history into one file, also while the service is running. Sound files and keys are not included.',
    )
    .option('--to <file>', 'A file that does not exist yet (default: one in backups/ of the data folder).')
    .addHelpText(
      'after',
      `${examples('heycat backup', 'heycat backup --to /media/stick/heycat.backup', 'heycat backup list')}

A running service makes one each day by itself and keeps the newest seven. The database holds metadata only: copy
recordings/ and keys/ of the data folder yourself; without the keys a backup cannot be restored.`,
    )
    .action(async (_, command: Command) => {
      const { backup } = await import('./backup.ts');
      await backup(command.optsWithGlobals());
    });
  backups
    .command('list')
    .description('List the backups in the data folder, the newest first.')
    .addHelpText('after', examples('heycat backup list', 'heycat backup list --json'))
    .action(async (_, command: Command) => {
      const { listBackups } = await import('./backup-list.ts');
      await listBackups(command.optsWithGlobals());
    });
  program
    .command('restore')
    .description('Replace the data with a backup, while no service is running. The previous data is kept.')
    .argument('[file]', 'A backup made by `heycat backup` or the service.')
    .option('--latest', 'The newest intact backup in the data folder, instead of a file.')
    .addOption(
      new Option('--engine <kind>', 'Where the data goes (default: the engine that has it).').choices([
        ...LOCAL_ENGINES,
      ]),
    )
    .addHelpText('after', examples('heycat restore --latest', 'heycat restore /media/stick/heycat.backup'))
    .action(async (file: string | undefined, _, command: Command) => {
      const { restore } = await import('./restore.ts');
      const options = command.optsWithGlobals<RestoreOptions>();
      if ((file === undefined) !== (options.latest === true))
        command.error('error: name either a file or --latest');
      await restore(file, options);
    });
}

function setupCommands(program: Command, done: Done): void {
  program
    .command('demo')
    .description(
      'Send a recording through every layer, in a temporary folder, and show each hop with its time.',
    )
    .option('--keep', 'Keep the temporary folder.')
    .option('--install-model', 'Install a speech model first if there is none.')
    .addHelpText('after', examples('heycat demo', 'heycat demo --install-model'))
    .action(async (_, command: Command) => {
      const { demo } = await import('./demo.ts');
      await demo(command.optsWithGlobals());
    });
  program
    .command('doctor')
    .description('Check what the service needs, and say how to get what is missing. Changes nothing.')
    .addHelpText('after', examples('heycat doctor', 'heycat doctor --json'))
    .action(async (_, command: Command) => {
      const { doctor } = await import('./doctor.ts');
      done((await doctor(command.optsWithGlobals())) ? EXIT.done : EXIT.failed);
    });
  program
    .command('engine')
    .description('The engine that has the data.')
    .command('move')
    .description('Copy all data to the other engine, verify it there, and only then switch.')
    .addOption(
      new Option('--to <kind>', 'Where the data goes.').choices([...LOCAL_ENGINES]).makeOptionMandatory(),
    )
    .addHelpText('after', examples('heycat engine move --to sidecar', 'heycat engine move --to embedded'))
    .action(async (_, command: Command) => {
      const { move } = await import('./engine.ts');
      await move(command.optsWithGlobals());
    });
  const spacetimedb = program
    .command('spacetimedb')
    .description('The SpacetimeDB server that stores the data.');
  spacetimedb
    .command('install')
    .description('Find a server, or build one with cargo (about a quarter of an hour).')
    .addHelpText('after', examples('heycat spacetimedb install'))
    .action(async (_, command: Command) => {
      const { install } = await import('./spacetimedb.ts');
      await install(command.optsWithGlobals());
    });
  spacetimedb
    .command('status')
    .description('Say which server would be used; exit code 1 when there is none.')
    .addHelpText('after', examples('heycat spacetimedb status --json'))
    .action(async (_, command: Command) => {
      const { serverStatus } = await import('./spacetimedb.ts');
      done((await serverStatus(command.optsWithGlobals())) ? EXIT.done : EXIT.failed);
    });
}
