import { HeycatError } from '../../../errors.ts';
import { endWithParent, sendToParent } from '../../process/child/parent.ts';
import { loadDecoder } from './decoder.ts';
import { type SpeechPipeline, transcribeFile } from './transcribe-file.ts';
import type { FromChild, ToChild } from './messages.ts';
import { sherpaConfig } from './model-config.ts';
import { MODEL_RATE } from './pieces.ts';
import { sherpaOnnx, sileroDetector } from './silero.ts';

// The recogniser's process: native code that crashes, hangs or leaks memory does so here, not in the service.

const SILENCE_S = 0.2;

let pipeline: SpeechPipeline | undefined;

async function load({ model, threads, vad }: ToChild & { kind: 'load' }): Promise<FromChild> {
  const sherpa = await sherpaOnnx();
  const decoder = await loadDecoder(sherpa, sherpaConfig(model, threads));
  pipeline = {
    decoder,
    ...(vad !== null && { detector: sileroDetector(sherpa, { file: vad, silenceS: SILENCE_S }) }),
    resampler: (rate) => new sherpa.LinearResampler(rate, MODEL_RATE),
  };
  return { kind: 'loaded' };
}

async function answer(request: ToChild): Promise<FromChild> {
  try {
    if (request.kind === 'load') return await load(request);
    if (pipeline === undefined)
      throw new HeycatError('INTERNAL', 'A file was sent before a model was loaded.');
    const transcript = await transcribeFile(request.file, pipeline, (text) =>
      send({ kind: 'partial', text }),
    );
    return { kind: 'transcribed', transcript };
  } catch (thrown) {
    const { code, message, details } = thrown instanceof HeycatError ? thrown : refusal(request, thrown);
    return { kind: 'failed', code, message, details };
  }
}

/** While a file is being transcribed, the library's message might contain its text. */
function refusal({ kind }: ToChild, thrown: unknown): HeycatError {
  const reason = kind === 'load' && thrown instanceof Error ? thrown.message : 'its message is not kept';
  return new HeycatError('INTERNAL', `The speech library failed: ${reason}`);
}

const send = (message: FromChild): void => void sendToParent(message);

process.on('message', (message: ToChild) => void answer(message).then(send));
endWithParent();
