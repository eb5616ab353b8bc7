import type { Command } from 'commander';
import { examples, type Done } from './arguments.ts';
import { EXIT } from './exit-codes.ts';

/** The commands for recording and transcribing. */
export function voiceCommands(program: Command, done: Done): void {
  dictationCommands(program);
  speechCommands(program, done);
}

function dictationCommands(program: Command): void {
  program
    .command('toggle')
    .description('Start a take, or stop the one being recorded: bind a key of your desktop to it.')
    .addHelpText('after', examples('heycat toggle'))
    .action(async (_, command: Command) => {
      const { record } = await import('./record.ts');
      await record('toggle', command.optsWithGlobals());
    });
  const recording = program.command('record').description('Record speech and turn it into text.');
  recording
    .command('start')
    .description('Start a take.')
    .option('--device <name>', 'As listed by `heycat call list_audio_devices`, or file:/path.wav.')
    .addHelpText('after', examples('heycat record start', 'heycat record start --device file:/tmp/note.wav'))
    .action(async (_, command: Command) => {
      const { record } = await import('./record.ts');
      await record('start', command.optsWithGlobals());
    });
  recording
    .command('stop')
    .description('Stop the take and transcribe it.')
    .option('--text', 'Wait for the text and print it.')
    .addHelpText('after', examples('heycat record stop', 'heycat record stop --text'))
    .action(async (_, command: Command) => {
      const { record } = await import('./record.ts');
      await record('stop', command.optsWithGlobals());
    });
  recording
    .command('cancel')
    .description('Stop the take without transcribing it.')
    .addHelpText('after', examples('heycat record cancel'))
    .action(async (_, command: Command) => {
      const { record } = await import('./record.ts');
      await record('cancel', command.optsWithGlobals());
    });
}

function speechCommands(program: Command, done: Done): void {
  program
    .command('transcribe')
    .description('Transcribe WAV files; needs a model, but no service.')
    .argument('<wav...>', 'Files of any rate and number of channels.')
    .option('--model <name>', 'The model to use (default: the best that is installed).')
    .addHelpText('after', examples('heycat transcribe take.wav', 'heycat transcribe --json *.wav'))
    .action(async (files: string[], _, command: Command) => {
      const { transcribe } = await import('./transcribe.ts');
      done((await transcribe(files, command.optsWithGlobals())) ? EXIT.done : EXIT.failed);
    });
  const models = program.command('models').description('The models that turn speech into text.');
  models
    .command('list')
    .description('List the installed models, and those that can be installed.')
    .addHelpText('after', examples('heycat models list', 'heycat models list --json'))
    .action(async (_, command: Command) => {
      const { listModels } = await import('./models.ts');
      await listModels(command.optsWithGlobals());
    });
  models
    .command('install')
    .description(
      'Download a model, verify it, and install it into the data folder; Ctrl-C keeps what has arrived.',
    )
    .argument('<name>', 'As `heycat models list` shows it, or a new one with --from.')
    .option('--from <place>', 'A folder with the files of a model, or the URL of an archive with them.')
    .option('--sha256 <hex>', 'The SHA-256 of the archive that --from names.')
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
    });
}
