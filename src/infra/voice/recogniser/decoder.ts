import { setImmediate as nextTurn } from 'node:timers/promises';
import type * as Sherpa from 'sherpa-onnx-node';
import type { SherpaConfig } from './model-config.ts';
import { MODEL_RATE, padded } from './pieces.ts';

/** With less sound, models fail or return nothing. */
const LEAST = 1.25 * MODEL_RATE;
/** A streaming model returns its last words only when more sound follows. */
const TAIL = 0.6 * MODEL_RATE;
/** How much sound a streaming model receives at a time. */
const STEP = 0.32 * MODEL_RATE;

export interface Decoded {
  text: string;
  language: string | null;
}

/** A loaded model. */
export interface Decoder {
  /**
   * Transcribes a piece of 16 kHz sound.
   * @param partial receives the text of this piece as it forms, from models that can report it.
   */
  decode(piece: Float32Array, partial: (text: string) => void): Promise<Decoded>;
}

export async function loadDecoder(
  sherpa: typeof Sherpa,
  { streaming, config }: SherpaConfig,
): Promise<Decoder> {
  if (streaming) return new StreamingDecoder(new sherpa.OnlineRecognizer(config));
  return new OfflineDecoder(await sherpa.OfflineRecognizer.createAsync(config));
}

class OfflineDecoder implements Decoder {
  constructor(private readonly recogniser: Sherpa.OfflineRecognizer) {}

  async decode(piece: Float32Array): Promise<Decoded> {
    const stream = this.recogniser.createStream();
    stream.acceptWaveform({ samples: padded(piece, LEAST), sampleRate: MODEL_RATE });
    return decoded(await this.recogniser.decodeAsync(stream));
  }
}

class StreamingDecoder implements Decoder {
  constructor(private readonly recogniser: Sherpa.OnlineRecognizer) {}

  async decode(piece: Float32Array, partial: (text: string) => void): Promise<Decoded> {
    const stream = this.recogniser.createStream();
    const sound = padded(piece, Math.max(LEAST, piece.length + TAIL));
    let reported = '';
    for (let at = 0; at < sound.length; at += STEP) {
      stream.acceptWaveform({ samples: sound.subarray(at, at + STEP), sampleRate: MODEL_RATE });
      if (at + STEP >= sound.length) stream.inputFinished();
      while (this.recogniser.isReady(stream)) this.recogniser.decode(stream);
      const { text } = decoded(this.recogniser.getResult(stream));
      if (text !== reported) partial((reported = text));
      // Decoding blocks this thread: a request to end the process is received in between.
      await nextTurn();
    }
    return decoded(this.recogniser.getResult(stream));
  }
}

/** SenseVoice reports a language as `<|en|>`. */
function decoded({ text, lang = '' }: Sherpa.Result): Decoded {
  return { text: text.trim(), language: lang.replaceAll(/[<|>]/g, '') || null };
}
