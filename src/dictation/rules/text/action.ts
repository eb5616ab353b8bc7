import type { VoiceCommandRow } from '../../../events/rows.ts';
import type { ActionErrorCode, VoiceAction } from '../../../events/voice-command-events.ts';
import type { Parameters } from './phrase.ts';

/** Why an action is invalid. */
export interface ActionProblem {
  error_code: ActionErrorCode;
  field: string;
  message: string;
}

const APP_CHARS = 256;
const TEXT_CHARS = 65_536;
const DELAY_MS_MAX = 1_000;
/** Characters that lead to another folder, are special to a shell or are invisible. */
const UNFIT_FOR_APP = /[/\\`$;|&\p{Cc}]|\.\./u;
const PLACEHOLDER = /\{([^{}]+)\}/g;

/**
 * Substitutes the spoken parameters for `{name}` in texts of the payload, and adds those that it has no field for:
 * «open {app}» needs no payload at all.
 */
export function actionOf(
  { action_type, action_payload }: Pick<VoiceCommandRow, 'action_type' | 'action_payload'>,
  parameters: Parameters,
): VoiceAction {
  const given = isObject(action_payload) ? action_payload : {};
  const filled = Object.entries(given).map(([key, value]) => [key, fill(value, parameters)] as const);
  return { type: action_type, payload: Object.fromEntries([...Object.entries(parameters), ...filled]) };
}

function fill(value: unknown, parameters: Parameters): unknown {
  if (typeof value === 'string') {
    return value.replace(PLACEHOLDER, (placeholder, name: string) =>
      Object.hasOwn(parameters, name.trim()) ? parameters[name.trim()]! : placeholder,
    );
  }
  if (Array.isArray(value)) return value.map((each) => fill(each, parameters));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each, parameters)]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Undefined if the action is valid: `open_app {app, close?}`, `type_text {text, delay_ms?}`; others are left to the host. */
export function actionProblem({ type, payload }: VoiceAction): ActionProblem | undefined {
  if (type === 'open_app') return appProblem(payload['app']) ?? flagProblem('close', payload['close']);
  if (type === 'type_text') return textProblem(payload['text']) ?? delayProblem(payload['delay_ms']);
  return undefined;
}

function appProblem(app: unknown): ActionProblem | undefined {
  if (app === undefined) return missing('app', 'open_app needs the name of an application.');
  const fits =
    typeof app === 'string' &&
    app.trim() !== '' &&
    app.length <= APP_CHARS &&
    !app.startsWith('-') &&
    !UNFIT_FOR_APP.test(app);
  if (fits) return undefined;
  return {
    error_code: 'INVALID_APP_NAME',
    field: 'action_payload.app',
    message: `app must be the name of an application (1 to ${APP_CHARS} characters, no path, no option, none of \\ \` $ ; | &).`,
  };
}

function flagProblem(field: string, value: unknown): ActionProblem | undefined {
  if (value === undefined || typeof value === 'boolean') return undefined;
  return invalid(field, `${field} must be true or false.`);
}

function textProblem(text: unknown): ActionProblem | undefined {
  if (text === undefined) return missing('text', 'type_text needs a text.');
  const fits = typeof text === 'string' && text !== '' && text.length <= TEXT_CHARS && !text.includes('\0');
  return fits ? undefined : invalid('text', `text must be 1 to ${TEXT_CHARS} characters, without NUL.`);
}

function delayProblem(delay: unknown): ActionProblem | undefined {
  const fits =
    delay === undefined || (Number.isInteger(delay) && Number(delay) >= 0 && Number(delay) <= DELAY_MS_MAX);
  return fits
    ? undefined
    : invalid('delay_ms', `delay_ms takes an integer of 0 to ${DELAY_MS_MAX} milliseconds.`);
}

function missing(field: string, message: string): ActionProblem {
  return { error_code: 'MISSING_PARAM', field: `action_payload.${field}`, message };
}

function invalid(field: string, message: string): ActionProblem {
  return { error_code: 'INVALID_PARAMETER', field: `action_payload.${field}`, message };
}
