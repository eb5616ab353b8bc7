import { fileURLToPath } from 'node:url';
import { HeycatError } from '../../../errors.ts';
import { MODEL_RATE, WINDOW, type WindowDetector } from './pieces.ts';

/** The Silero voice activity detector that ships with the package. */
export const VAD_FILE = fileURLToPath(new URL('../../../../assets/vad/silero_vad.onnx', import.meta.url));

const SPEECH_S = 0.1;
/** Seconds of one stretch of speech that the detector buffers. */
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

/** Silero's voice activity detector, from its file. @param silenceS shorter pauses, in seconds, are ignored. */
export function sileroDetector(
  sherpa: Sherpa,
  { file, silenceS }: { file: string; silenceS: number },
): WindowDetector {
  const sileroVad = {
    model: file,
    // Below Silero's default of 0.5: mistaking a quiet word for a pause is worse than mistaking a pause for a word.
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
    // It reports the start of a pause, and of speech, only after each has lasted this long.
    lag: (MODEL_RATE * (silenceS + SPEECH_S)) / 2,
    reset: () => vad.reset(),
    isSpeech: (window) => {
      vad.acceptWaveform(window);
      // It keeps detected speech until it is taken.
      while (!vad.isEmpty()) vad.pop();
      return vad.isDetected();
    },
  };
}
