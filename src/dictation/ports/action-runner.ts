import type { ActionErrorCode, VoiceAction } from '../../events/voice-command-events.ts';

export type ActionOutcome =
  | { status: 'executed' }
  /** Not enabled in the settings, or of a kind that only a host can do. */
  | { status: 'left_to_host' }
  /** `message` is a sentence and never quotes what was said. */
  | { status: 'failed'; error_code: ActionErrorCode; message: string };

/** Carries out the actions of voice commands when no host does. */
export abstract class ActionRunner {
  /** Never throws. */
  abstract run(action: VoiceAction): Promise<ActionOutcome>;
}
