import type { Action, ActionProblem } from '../rules/text/action.ts';

/** Codes as hosts of the original know them. */
export type ActionErrorCode =
  ActionProblem['error_code'] | 'NOT_FOUND' | 'OPEN_FAILED' | 'EXECUTION_ERROR' | 'UNSUPPORTED_PLATFORM';

export type ActionOutcome =
  | { status: 'executed' }
  /** Not enabled in the settings, or of a kind that only a host can do. */
  | { status: 'left_to_host' }
  /** `message` is a sentence and never quotes what was said. */
  | { status: 'failed'; error_code: ActionErrorCode; message: string };

/** Does what a voice command says, where no host does. */
export abstract class ActionRunner {
  /** Never throws. */
  abstract run(action: Action): Promise<ActionOutcome>;
}
