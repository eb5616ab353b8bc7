import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { HeycatError } from '../errors.ts';
import { LOCAL_ENGINES } from '../infra/engine/current-engine.ts';
import { LOG_LEVELS } from '../infra/logger.ts';
import { packageVersion } from '../infra/version.ts';
import { EXIT, exitCodeOf, type ExitCode } from './exit-codes.ts';
import type { RestoreOptions } from './restore.ts';
import { tellError } from './terminal.ts';

type Done = (code: ExitCode) => void;

/** Runs the command that the arguments name. @returns the exit code. */
export async function runCli(args: readonly string[]): Promise<number> {
  let code: ExitCode = EXIT.done;
  const program = heycat((outcome) => (code = outcome));
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (thrown) {
    // Commander has told its own refusals already.
    if (!(thrown instanceof CommanderError)) tellError(thrown, program.opts()['json'] === true);
    return exitCodeOf(thrown);
  }
}

// Each command's code is loaded when it runs: `heycat call` need not wait for what only `heycat start` uses.
function heycat(done: Done): Command {
  const program = new Command('heycat')
    .description('The data and dictation service of the heycat voice app.')
    .version(packageVersion(), '--version', 'Print the version.')
    .helpOption('-h, --help', 'Show help.')
    .helpCommand('help [command]', 'Show help for a command.')
    .option('--json', 'Answer in JSON, for programs.')
    .option('--data-dir <folder>', 'Where data lives (default: HEYCAT_DATA_DIR, or the platform’s).')
    .option(
      '--runtime-dir <folder>',
      'Where the socket is announced (default: HEYCAT_RUNTIME_DIR, or the platform’s).',
    )
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('`heycat --help` shows the commands.')
    .exitOverride();
  serviceCommands(program, done);
  clientCommands(program);
  queueCommands(program);
  speechCommands(program, done);
  backupCommands(program);
  setupCommands(program, done);
  return program.addHelpText(
    'after',
    '\nstdout carries only the answer. Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 no service running.',
  );
}

function serviceCommands(program: Command, done: Done): void {
  program
    .command('start')
    .description('Run the service in the foreground; Ctrl-C stops it.')
    .addOption(
      new Option('--engine <kind>', 'Where the database runs.')
        .choices(['auto', 'embedded', 'sidecar', 'remote'])
        .default('auto'),
    )
    .addOption(
      new Option('--log-level <level>', 'What to log on stderr.').choices([...LOG_LEVELS]).default('info'),
    )
    .option('--exit-with-parent', 'End when standard input does, a pipe that the parent holds open.')
    .addHelpText('after', examples('heycat start', 'heycat start --data-dir ~/voice --log-level debug'))
    .action(async (_, command: Command) => {
      const { start } = await import('./start.ts');
      done(await start(command.optsWithGlobals()));
    });
  program
    .command('stop')
    .description('Stop the service, and wait until it has ended.')
    .addHelpText('after', examples('heycat stop'))
    .action(async (_, command: Command) => {
      const { stop } = await import('./stop.ts');
      await stop(command.optsWithGlobals());
    });
  program
    .command('status')
    .description('Show how the service is: engine, history, read models, clients.')
    .addHelpText('after', examples('heycat status', 'heycat status --json'))
    .action(async (_, command: Command) => {
      const { status } = await import('./status.ts');
      await status(command.optsWithGlobals());
    });
}

function clientCommands(program: Command): void {
  program
    .command('call')
    .description('Run any method of the service; `heycat call describe` lists them.')
    .argument('<method>', 'For example list_recordings.')
    .argument('[params]', 'A JSON object, or - to read it from standard input.')
    .addHelpText(
      'after',
      examples(
        `heycat call add_recording '{"file_path": "/home/me/take.wav"}'`,
        `heycat call list_recordings '{"limit": 10}'`,
        'heycat call save_setting - < setting.json',
      ),
    )
    .action(async (method: string, params: string | undefined, _, command: Command) => {
      const { call, readParams } = await import('./call.ts');
      const object = await readParams(params).catch((thrown: unknown) =>
        command.error(`error: ${HeycatError.from(thrown).message}`),
      );
      await call(method, object, command.optsWithGlobals());
    });
  program
    .command('tail')
    .description('Print events as they happen, also across restarts of the service; Ctrl-C ends it.')
    .option('--from <seq>', 'Replay the history from this seq on.', wholeNumber)
    .option('--types <types>', 'Only these types, separated by commas.', commaSeparated)
    .addHelpText('after', examples('heycat tail', 'heycat tail --from 1 --types recording_added --json'))
    .action(async (_, command: Command) => {
      const { tail } = await import('./tail.ts');
      await tail(command.optsWithGlobals());
    });
}

function queueCommands(program: Command): void {
  const queue = program
    .command('queue')
    .description('The commands that wait for the engine, and those that were given up.');
  queue
    .command('list')
    .description('List them, with why they were given up.')
    .addHelpText('after', examples('heycat queue list', 'heycat queue list --json'))
    .action(async (_, command: Command) => {
      const { listQueue } = await import('./queue.ts');
      await listQueue(command.optsWithGlobals());
    });
  queue
    .command('retry')
    .description('Send one again that was given up.')
    .argument('<command_id>', 'As `heycat queue list` shows it.')
    .addHelpText('after', examples('heycat queue retry 0c9d1c4e-6a0e-4c1e-9a3e-0d8b1b7a2f10'))
    .action(async (commandId: string, _, command: Command) => {
      const { retryCommand } = await import('./queue.ts');
      await retryCommand(commandId, command.optsWithGlobals());
    });
  queue
    .command('drop')
    .description('Forget one that was given up.')
    .argument('<command_id>', 'As `heycat queue list` shows it.')
    .addHelpText('after', examples('heycat queue drop 0c9d1c4e-6a0e-4c1e-9a3e-0d8b1b7a2f10'))
    .action(async (commandId: string, _, command: Command) => {
      const { dropCommand } = await import('./queue.ts');
      await dropCommand(commandId, command.optsWithGlobals());
    });
}

function speechCommands(program: Command, done: Done): void {
  program
    .command('transcribe')
    .description('Hear WAV files and print what was said; needs a model and no service.')
    .argument('<wav...>', 'Files of any rate and number of channels.')
    .option('--model <name>', 'Which model hears them (default: the best that is installed).')
    .addHelpText('after', examples('heycat transcribe take.wav', 'heycat transcribe --json *.wav'))
    .action(async (files: string[], _, command: Command) => {
      const { transcribe } = await import('./transcribe.ts');
      done((await transcribe(files, command.optsWithGlobals())) ? EXIT.done : EXIT.failed);
    });
  const models = program.command('models').description('The models that turn speech into text.');
  models
    .command('list')
    .description('List those that are installed, and those that can be.')
    .addHelpText('after', examples('heycat models list', 'heycat models list --json'))
    .action(async (_, command: Command) => {
      const { listModels } = await import('./models.ts');
      await listModels(command.optsWithGlobals());
    });
  models
    .command('install')
    .description('Download a model, check it, and put it into the data folder; Ctrl-C keeps what has come.')
    .argument('<name>', 'As `heycat models list` shows it, or a new one with --from.')
    .option('--from <place>', 'A folder with the files of a model, or the URL of an archive with them.')
    .option('--sha256 <hex>', 'Of the archive that --from names.')
    .addHelpText(
      'after',
      examples('heycat models install moonshine-tiny-en', 'heycat models install mine --from ~/my-model'),
    )
    .action(async (name: string, _, command: Command) => {
      const { installNamed } = await import('./models.ts');
      await installNamed(name, command.optsWithGlobals());
    });
  models
    .command('remove')
    .description('Delete a model from the data folder.')
    .argument('<name>', 'As `heycat models list` shows it.')
    .addHelpText('after', examples('heycat models remove whisper-tiny.en'))
    .action(async (name: string, _, command: Command) => {
      const { removeModel } = await import('./models.ts');
      await removeModel(name, command.optsWithGlobals());
function backupCommands(program: Command): void {
  const backups = program
    .command('backup')
    .description(
      'Write the whole history into one file, also while the service runs. Sound files and keys are not in it.',
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
    .description('Make a backup the data, while no service runs. What was there before is kept beside.')
    .argument('[file]', 'What `heycat backup` or the service has written.')
    .option('--latest', 'The newest whole backup in the data folder, instead of a file.')
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
      'Send a recording the whole way round, in a temporary folder, and show each hop with its time.',
    )
    .option('--keep', 'Keep the temporary folder.')
    .addHelpText('after', examples('heycat demo'))
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
    .description('Carry all data over to the other engine, compare it there, and only then use that one.')
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
    .description('The SpacetimeDB server that keeps the data.');
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

function examples(...lines: string[]): string {
  return ['\nExamples:', ...lines.map((line) => `  ${line}`)].join('\n');
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('It is a whole number from 1 on.');
}

function commaSeparated(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
