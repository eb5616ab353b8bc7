import { Command, CommanderError, Option } from 'commander';
import { HeycatError } from '../errors.ts';
import { LOCAL_ENGINES } from '../infra/database/current-engine.ts';
import { LOG_LEVELS } from '../infra/process/logger.ts';
import { packageVersion } from '../infra/process/version.ts';
import { commaSeparated, examples, positiveInteger, type Done } from './arguments.ts';
import { EXIT, exitCodeOf, type ExitCode } from './exit-codes.ts';
import { dataCommands } from './program-data.ts';
import { voiceCommands } from './program-voice.ts';
import { printError } from './terminal.ts';

/** Runs the command given by the arguments. @returns the exit code. */
export async function runCli(args: readonly string[]): Promise<number> {
  let code: ExitCode = EXIT.done;
  const program = heycat((outcome) => (code = outcome));
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (thrown) {
    // Commander has already printed its own errors.
    if (!(thrown instanceof CommanderError)) printError(thrown, program.opts()['json'] === true);
    return exitCodeOf(thrown);
  }
}

// Each command's code is loaded when it runs: `heycat call` need not load what only `heycat start` uses.
function heycat(done: Done): Command {
  const program = new Command('heycat')
    .description('The data and dictation service of the heycat voice app.')
    .version(packageVersion(), '--version', 'Print the version.')
    .helpOption('-h, --help', 'Show help.')
    .helpCommand('help [command]', 'Show help for a command.')
    .option('--json', 'Answer in JSON, for programs.')
    .option('--data-dir <folder>', 'The data folder (default: HEYCAT_DATA_DIR, or the platform’s).')
    .option(
      '--runtime-dir <folder>',
      'The folder of runtime.json and the socket (default: HEYCAT_RUNTIME_DIR, or the platform’s).',
    )
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('`heycat --help` shows the commands.')
    .exitOverride();
  serviceCommands(program, done);
  clientCommands(program);
  voiceCommands(program, done);
  dataCommands(program, done);
  return program.addHelpText(
    'after',
    '\nstdout carries only the answer. Exit codes: 0 done, 1 rejected or failed, 2 incorrect usage, 3 no service running.',
  );
}

function serviceCommands(program: Command, done: Done): void {
  program
    .command('start')
    .description('Run the service in the foreground; Ctrl-C shuts it down.')
    .addOption(
      new Option('--engine <kind>', 'The database engine to use.')
        .choices(['auto', ...LOCAL_ENGINES])
        .default('auto'),
    )
    .addOption(
      new Option('--log-level <level>', 'The lowest level to log on stderr.')
        .choices([...LOG_LEVELS])
        .default('info'),
    )
    .option('--exit-with-parent', 'Shut down when standard input, a pipe held open by the parent, is closed.')
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
    .description('Show the state of the service: engine, history, read models, clients.')
    .addHelpText('after', examples('heycat status', 'heycat status --json'))
    .action(async (_, command: Command) => {
      const { status } = await import('./status.ts');
      await status(command.optsWithGlobals());
    });
}

function clientCommands(program: Command): void {
  program
    .command('call')
    .description('Call any method of the service; `heycat call describe` lists them.')
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
    .description('Print events as they are published, also across restarts of the service; Ctrl-C ends it.')
    .option('--from <seq>', 'Replay the history from this seq.', positiveInteger)
    .option(
      '--types <types>',
      'Only these types, separated by commas; audio_level is printed only if named.',
      commaSeparated,
    )
    .addHelpText('after', examples('heycat tail', 'heycat tail --from 1 --types recording_added --json'))
    .action(async (_, command: Command) => {
      const { tail } = await import('./tail.ts');
      await tail(command.optsWithGlobals());
    });
}
