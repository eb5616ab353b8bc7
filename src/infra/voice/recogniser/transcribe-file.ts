import { openMonoSound } from '../audio/wav-samples.ts';
import type { Decoder } from './decoder.ts';
import type { FileTranscript } from './messages.ts';
import { cutAtPauses, hasSpeech, MODEL_RATE, type WindowDetector } from './pieces.ts';

/** Converts sound to the models' rate, block by block. */
export interface Resampler {
  resample(samples: Float32Array): Float32Array;
  flush(samples: Float32Array): Float32Array;
}

/** What turns the sound of a file into text. */
export interface SpeechPipeline {
  decoder: Decoder;
  /** If absent, loudness decides. */
  detector?: WindowDetector;
  /** For sound of this rate in Hz. */
  resampler(rate: number): Resampler;
}

/**
 * Transcribes a WAV file of any rate, number of channels and length; silence yields no text.
 * @param partial receives the text so far, while more is to come.
 * @throws HeycatError INVALID_ARGUMENT with details.field `file_path`.
 */
export async function transcribeFile(
  file: string,
  pipeline: SpeechPipeline,
  partial: (text: string) => void,
): Promise<FileTranscript> {
  const { sampleRate, frames, blocks } = await openMonoSound(file);
  const sound = sampleRate === MODEL_RATE ? blocks() : resampled(blocks(), pipeline.resampler(sampleRate));
  let [text, language, decodeMs]: [string, string | null, number] = ['', null, 0];
  let reported = '';
  const report = (soFar: string) => {
    if (soFar !== reported) partial((reported = soFar));
  };
  for await (const piece of cutAtPauses(sound, pipeline.detector)) {
    // Models invent words where there are none.
    if (!hasSpeech(piece, pipeline.detector)) continue;
    const before = text;
    const start = performance.now();
    const decoded = await pipeline.decoder.decode(piece, (more) => report(joined(before, more)));
    decodeMs += performance.now() - start;
    text = joined(before, decoded.text);
    language ??= decoded.language;
    report(text);
  }
  const audioMs = Math.round((frames * 1_000) / sampleRate);
  return { text, language, audio_ms: audioMs, decode_ms: Math.round(decodeMs) };
}

async function* resampled(blocks: AsyncIterable<Float32Array>, resampler: Resampler) {
  for await (const block of blocks) yield resampler.resample(block);
  yield resampler.flush(new Float32Array(0));
}

/** Chinese and Japanese are written without spaces. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uffef]$/u;

function joined(before: string, more: string): string {
  if (before === '' || more === '') return before + more;
  return UNSPACED.test(before) ? before + more : `${before} ${more}`;
}
