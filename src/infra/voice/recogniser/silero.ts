import { fileURLToPath } from 'node:url';
import { HeycatError } from '../../../errors.ts';
import { MODEL_RATE, WINDOW, type WindowDetector } from './pieces.ts';

/** The Silero voice detector that ships with the package. */
export const VAD_FILE = fileURLToPath(new URL('../../../../assets/vad/silero_vad.onnx', import.meta.url));

const SPEECH_S = 0.1;
/** Seconds that it holds of one stretch of speech. */
const BUFFER_S = 60;

type Sherpa = typeof import('sherpa-onnx-node');

/** @throws HeycatError MODEL_MISSING with what to do. */
export async function sherpaOnnx(): Promise<Sherpa> {
  try {
    return ((await import('sherpa-onnx-node')) as { default: Sherpa }).default;
  } catch (cause) {
    const sentence =
      'The speech library sherpa-onnx-node is not installed, or not for this system; ' +
      'run `npm install sherpa-onnx-node` where heycat-backend is installed.';
    throw new HeycatError('MODEL_MISSING', sentence, { reason: 'library_missing' }, { cause });
  }
}

/** Silero's voice detector, from its file. @param silenceS a pause that is shorter, in seconds, is none. */
export function sileroDetector(
  sherpa: Sherpa,
  { file, silenceS }: { file: string; silenceS: number },
): WindowDetector {
  const sileroVad = {
    model: file,
    // Below Silero's own 0.5: a quiet word that is taken for a pause is worse than a pause that is taken for a word.
    threshold: 0.3,
    minSilenceDuration: silenceS,
    minSpeechDuration: SPEECH_S,
    maxSpeechDuration: BUFFER_S,
    windowSize: WINDOW,
  };
  const vad = new sherpa.Vad(
    { sileroVad, sampleRate: MODEL_RATE, numThreads: 1, provider: 'cpu', debug: 0 },
    BUFFER_S,
  );
  return {
    // It tells the beginning of a pause and that of speech each when it has lasted so long.
    lag: (MODEL_RATE * (silenceS + SPEECH_S)) / 2,
    reset: () => vad.reset(),
    hears: (window) => {
      vad.acceptWaveform(window);
      // It keeps the speech that it heard until somebody takes it.
      while (!vad.isEmpty()) vad.pop();
      return vad.isDetected();
    },
  };
}
