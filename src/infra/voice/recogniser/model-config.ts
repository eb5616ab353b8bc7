import type { ModelFiles } from '../models/model-files.ts';
import { MODEL_RATE } from './pieces.ts';

/** How sherpa-onnx loads a model. */
export interface SherpaConfig {
  /** Whether the model transcribes while the sound arrives. */
  streaming: boolean;
  config: object;
}

/** The configuration for a model's files. */
export function sherpaConfig({ kind, roles }: ModelFiles, threads: number): SherpaConfig {
  const { tokens, ...parts } = roles;
  const featConfig = { sampleRate: MODEL_RATE, featureDim: 80 };
  const common = { tokens, numThreads: threads, provider: 'cpu', debug: 0 };
  const made = (model: object, streaming = false) => ({
    streaming,
    config: { featConfig, modelConfig: { ...model, ...common }, decodingMethod: 'greedy_search' },
  });
  switch (kind) {
    case 'nemo_transducer':
      return made({ transducer: parts, modelType: 'nemo_transducer' });
    case 'transducer':
      // Without a type the library determines it by itself.
      return made({ transducer: parts });
    case 'streaming_transducer':
      return made({ transducer: parts }, true);
    case 'moonshine':
      return made({ moonshine: parts });
    case 'whisper':
      return made({ whisper: { ...parts, language: '', task: 'transcribe', tailPaddings: -1 } });
    case 'sense_voice':
      return made({ senseVoice: { ...parts, language: '', useInverseTextNormalization: 1 } });
  }
}
