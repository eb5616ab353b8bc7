import { IsAnyListOf, IsAnyObject, IsMapOf, IsObject } from '../fields/collections.ts';
import { IsId, IsNumber, IsOneOf, IsText } from '../fields/fields.ts';
import { ACTION_TYPES, type ActionType } from './rows.ts';

/** Why a voice command's action failed; the codes are those that hosts of the original know. */
export const ACTION_ERROR_CODES = [
  'MISSING_PARAM',
  'INVALID_PARAMETER',
  'INVALID_APP_NAME',
  'NOT_FOUND',
  'OPEN_FAILED',
  'EXECUTION_ERROR',
  'UNSUPPORTED_PLATFORM',
] as const;
export type ActionErrorCode = (typeof ACTION_ERROR_CODES)[number];

class OfVoiceCommand {
  @IsId()
  voice_command_id!: number;

  @IsText()
  phrase!: string;
}

/** What a voice command does, its parameters filled in. */
export class VoiceAction {
  @IsOneOf(ACTION_TYPES)
  type!: ActionType;

  @IsAnyObject()
  payload!: Record<string, unknown>;
}

export class CommandMatched extends OfVoiceCommand {
  @IsText()
  transcription!: string;

  /** 0.8 to 1. */
  @IsNumber()
  confidence!: number;

  @IsMapOf(IsText())
  parameters!: Record<string, string>;

  @IsObject(VoiceAction)
  action!: VoiceAction;
}

export class CommandExecuted extends OfVoiceCommand {}

export class CommandFailed extends OfVoiceCommand {
  @IsOneOf(ACTION_ERROR_CODES)
  code!: ActionErrorCode;

  @IsText()
  message!: string;
}

export class CommandCandidate {
  @IsId()
  id!: number;

  @IsText()
  phrase!: string;

  /** 0.8 to 1. */
  @IsNumber()
  confidence!: number;
}

export class CommandAmbiguous {
  @IsText()
  transcription!: string;

  /** The best first; `resolve_ambiguous_command` says which was meant. */
  @IsAnyListOf(IsObject(CommandCandidate))
  candidates!: CommandCandidate[];
}
