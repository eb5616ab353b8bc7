import { HeycatError } from '../../../errors.ts';
import { endWithParent, tellParent } from '../../process/child/parent.ts';
import { loadDecoder } from './decoder.ts';
import { type Ears, hearFile } from './hear-file.ts';
import type { FromChild, ToChild } from './messages.ts';
import { sherpaConfig } from './model-config.ts';
import { MODEL_RATE } from './pieces.ts';
import { sherpaOnnx, sileroDetector } from './silero.ts';

// The recogniser's own process: native code that crashes, hangs or keeps memory does so here, not in the service.

const SILENCE_S = 0.2;

let ears: Ears | undefined;

async function load({ model, threads, vad }: ToChild & { kind: 'load' }): Promise<FromChild> {
  const sherpa = await sherpaOnnx();
  const decoder = await loadDecoder(sherpa, sherpaConfig(model, threads));
  ears = {
    decoder,
    ...(vad !== null && { detector: sileroDetector(sherpa, { file: vad, silenceS: SILENCE_S }) }),
    resampler: (rate) => new sherpa.LinearResampler(rate, MODEL_RATE),
  };
  return { kind: 'loaded' };
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

const tell = (message: FromChild): void => void tellParent(message);

process.on('message', (message: ToChild) => void answer(message).then(tell));
endWithParent();
