import type { SpeechHeard } from '../../../dictation/ports/speech-detector.ts';
import type { ErrorCode } from '../../../errors.ts';
import type { ModelFiles } from '../models/model-files.ts';

/** What the recogniser's process is asked, one at a time. */
export type ToChild =
  | {
      kind: 'load';
      model: ModelFiles;
      threads: number;
      /** File of the Silero voice detector; null where there is none. */
      vad: string | null;
    }
  | { kind: 'hear'; file: string };

/** What was heard in a file. */
export interface Heard {
  text: string;
  /** BCP 47, where the model tells it. */
  language: string | null;
  audio_ms: number;
  /** Time in the model itself. */
  decode_ms: number;
}

/** What it answers: `loaded` and `heard` end a request, and so does `failed`. */
export type FromChild =
  | { kind: 'loaded' }
  /** The text of the file so far. */
  | { kind: 'partial'; text: string }
  | { kind: 'heard'; heard: Heard }
  | { kind: 'failed'; code: ErrorCode; message: string; details: Readonly<Record<string, unknown>> };

/** What the voice detector's process is given; it answers each message, in order. */
export interface SoundToChild {
  /** Of the sound; a new one begins anew. */
  id: number;
  /** Hz */
  rate: number;
  pcm: Int16Array;
}

/** `failed`: it can hear nothing at all. */
export type SpeechFromChild = ({ kind: 'heard' } & SpeechHeard) | { kind: 'failed'; message: string };
