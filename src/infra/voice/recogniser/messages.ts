import type { SpeechProgress } from '../../../dictation/ports/voice-activity-detector.ts';
import type { ErrorCode } from '../../../errors.ts';
import type { ModelFiles } from '../models/model-files.ts';

/** Requests to the recogniser's process, one at a time. */
export type ToChild =
  | {
      kind: 'load';
      model: ModelFiles;
      threads: number;
      /** File of the Silero voice activity detector; null for none. */
      vad: string | null;
    }
  | { kind: 'transcribe'; file: string };

/** The result for one file. */
export interface FileTranscript {
  text: string;
  /** BCP 47 tag, if the model reports one. */
  language: string | null;
  audio_ms: number;
  /** Time spent in the model itself. */
  decode_ms: number;
}

/** Its answers: `loaded`, `transcribed` and `failed` end a request. */
export type FromChild =
  | { kind: 'loaded' }
  /** The text of the file so far. */
  | { kind: 'partial'; text: string }
  | { kind: 'transcribed'; transcript: FileTranscript }
  | { kind: 'failed'; code: ErrorCode; message: string; details: Readonly<Record<string, unknown>> };

/** Messages to the voice activity detector's process, which answers each one, in order. */
export interface SoundToChild {
  /** The id of the sound; a new one starts from a fresh state. */
  id: number;
  /** Hz */
  rate: number;
  pcm: Int16Array;
}

/** `failed`: the detector cannot be loaded. */
export type SpeechFromChild = ({ kind: 'analysed' } & SpeechProgress) | { kind: 'failed'; message: string };
