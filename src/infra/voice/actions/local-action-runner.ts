import type { ActionOutcome, ActionRunner } from '../../../dictation/ports/action-runner.ts';
import { actionProblem } from '../../../dictation/rules/text/action.ts';
import type { ActionErrorCode, VoiceAction } from '../../../events/voice-command-events.ts';
import { launchProgram, runProgram } from '../../process/child/run-program.ts';
import { findApplication } from './desktop-entries.ts';
import { typeText } from './text-typing.ts';
import { environment } from '../../process/environment.ts';

const OPEN_MS = 10_000;
const DELAY_MS = 10;

export interface LocalActionRunnerOptions {
  /** Reads the user's settings; `actions.open_app` and `actions.type_text` enable the actions of those names. */
  setting: (key: string) => unknown;
  platform?: NodeJS.Platform;
  env?: NodeJS.ProcessEnv;
}

/** Carries out `open_app` and `type_text` on this machine, only if the user enabled them, and never through a shell. */
export class LocalActionRunner implements ActionRunner {
  readonly #setting: (key: string) => unknown;
  readonly #platform: NodeJS.Platform;
  readonly #env: NodeJS.ProcessEnv;

  constructor({ setting, platform = process.platform, env = environment() }: LocalActionRunnerOptions) {
    this.#setting = setting;
    this.#platform = platform;
    this.#env = env;
  }

  async run(action: VoiceAction): Promise<ActionOutcome> {
    const { type, payload } = action;
    if (type !== 'open_app' && type !== 'type_text') return { status: 'left_to_host' };
    if (this.#setting(`actions.${type}`) !== true) return { status: 'left_to_host' };
    const problem = actionProblem(action);
    if (problem !== undefined) return failed(problem.error_code, problem.message);
    if (type === 'type_text')
      return this.#type(String(payload['text']), Number(payload['delay_ms'] ?? DELAY_MS));
    if (payload['close'] === true) {
      return failed('UNSUPPORTED_PLATFORM', 'Closing an application is left to the host.');
    }
    return this.#open(String(payload['app']));
  }

  async #open(app: string): Promise<ActionOutcome> {
    const env = this.#env;
    switch (this.#platform) {
      case 'linux':
        return this.#launchEntry(app);
      case 'darwin': {
        const { code } = await runProgram(['open', '-a', app], { env, timeoutMs: OPEN_MS, onStderr: null });
        return code === 0 ? EXECUTED : failed('OPEN_FAILED', 'There is no application with that name.');
      }
      case 'win32':
        return (await launchProgram([`${app}.exe`], env)) ? EXECUTED : NO_APPLICATION;
      default:
        return failed('UNSUPPORTED_PLATFORM', 'Opening applications is left to the host on this platform.');
    }
  }

  async #launchEntry(app: string): Promise<ActionOutcome> {
    const line = await findApplication(app, this.#env);
    if (line === undefined) return NO_APPLICATION;
    const launched = await launchProgram(line, this.#env);
    return launched ? EXECUTED : failed('OPEN_FAILED', 'The application is installed but cannot be started.');
  }

  async #type(text: string, delayMs: number): Promise<ActionOutcome> {
    const typed = await typeText({ text, delayMs }, { platform: this.#platform, env: this.#env });
    if (typed === 'typed') return EXECUTED;
    if (typed === 'failed') return failed('EXECUTION_ERROR', 'The program that types the text failed.');
    const what = this.#platform === 'linux' ? 'Install xdotool, wtype or ydotool to' : 'Only a host can';
    return failed('UNSUPPORTED_PLATFORM', `${what} type text here.`);
  }
}

const EXECUTED: ActionOutcome = { status: 'executed' };
const NO_APPLICATION = failed('NOT_FOUND', 'There is no application with that name.');

function failed(error_code: ActionErrorCode, message: string): ActionOutcome {
  return { status: 'failed', error_code, message };
}
