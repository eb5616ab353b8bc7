import { HeycatError } from '../../errors.ts';
import { loadDecoder } from './decoder.ts';
import { type Ears, hearFile } from './hear-file.ts';
import type { FromChild, ToChild } from './messages.ts';
import { sherpaConfig } from './model-config.ts';
import { MODEL_RATE, type SpeechDetector, WINDOW } from './pieces.ts';

// The recogniser's own process: native code that crashes, hangs or keeps memory does so here, not in the service.

const SILENCE_S = 0.2;
const SPEECH_S = 0.1;

type Sherpa = typeof import('sherpa-onnx-node');

let ears: Ears | undefined;

async function load({ model, threads, vad }: ToChild & { kind: 'load' }): Promise<FromChild> {
  const sherpa = await sherpaOnnx();
  const decoder = await loadDecoder(sherpa, sherpaConfig(model, threads));
  ears = {
    decoder,
    ...(vad !== null && { detector: sileroDetector(sherpa, vad) }),
    resampler: (rate) => new sherpa.LinearResampler(rate, MODEL_RATE),
  };
  return { kind: 'loaded' };
}

async function sherpaOnnx(): Promise<Sherpa> {
  try {
    return ((await import('sherpa-onnx-node')) as { default: Sherpa }).default;
  } catch (cause) {
    const sentence =
      'The speech library sherpa-onnx-node is not installed, or not for this system; ' +
      'run `npm install sherpa-onnx-node` where heycat-backend is installed.';
    throw new HeycatError('MODEL_MISSING', sentence, { reason: 'library_missing' }, { cause });
  }
}

function sileroDetector(sherpa: Sherpa, file: string): SpeechDetector {
  const sileroVad = {
    model: file,
    // Below Silero's own 0.5: a quiet word that is taken for a pause is worse than a pause that is decoded.
    threshold: 0.3,
    minSilenceDuration: SILENCE_S,
    minSpeechDuration: SPEECH_S,
    maxSpeechDuration: 60,
    windowSize: WINDOW,
  };
  const vad = new sherpa.Vad(
    { sileroVad, sampleRate: MODEL_RATE, numThreads: 1, provider: 'cpu', debug: 0 },
    60,
  );
  return {
    // It tells the beginning of a pause and that of speech each when it has lasted so long.
    lag: (MODEL_RATE * (SILENCE_S + SPEECH_S)) / 2,
    reset: () => vad.reset(),
    hears: (window) => {
      vad.acceptWaveform(window);
      // It keeps the speech that it heard until somebody takes it.
      while (!vad.isEmpty()) vad.pop();
      return vad.isDetected();
    },
  };
}

async function answer(request: ToChild): Promise<FromChild> {
  try {
    if (request.kind === 'load') return await load(request);
    if (ears === undefined) throw new HeycatError('INTERNAL', 'No model was loaded before a file came.');
    const heard = await hearFile(request.file, ears, (text) => tell({ kind: 'partial', text }));
    return { kind: 'heard', heard };
  } catch (thrown) {
    const { code, message, details } = thrown instanceof HeycatError ? thrown : refusal(request, thrown);
    return { kind: 'failed', code, message, details };
  }
}

/** While a file is heard the reason might hold what was heard. */
function refusal({ kind }: ToChild, thrown: unknown): HeycatError {
  const reason = kind === 'load' && thrown instanceof Error ? thrown.message : 'its reason is not kept';
  return new HeycatError('INTERNAL', `The speech library failed: ${reason}`);
}

function tell(message: FromChild): void {
  // The parent may have gone; then so does this process.
  process.send?.(message, undefined, undefined, () => undefined);
}

process.on('message', (message: ToChild) => void answer(message).then(tell));
// At once, also while the native code is busy on a thread of its own.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// Ctrl-C in a terminal reaches every process of the group; the parent decides when this one ends.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
