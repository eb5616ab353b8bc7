import { HeycatError } from '../../../errors.ts';
import { endWithParent, sendToParent } from '../../process/child/parent.ts';
import { LiveSpeech } from './live-speech.ts';
import type { SoundToChild, SpeechFromChild } from './messages.ts';
import { sherpaOnnx, sileroDetector } from './silero.ts';

// The voice activity detector's process. It is separate from the recogniser's, which may be busy with the previous take.

/** Pauses are measured elsewhere, so a single quiet window is reported. */
const SILENCE_S = 0.03;

const detector = sherpaOnnx().then((sherpa) =>
  sileroDetector(sherpa, { file: process.argv[2]!, silenceS: SILENCE_S }),
);
let current: { id: number; speech: LiveSpeech } | undefined;

async function answer({ id, rate, pcm }: SoundToChild): Promise<SpeechFromChild> {
  try {
    const loaded = await detector;
    if (current?.id !== id) current = { id, speech: new LiveSpeech(loaded, rate) };
    return { kind: 'analysed', ...current.speech.analyse(pcm) };
  } catch (thrown) {
    return { kind: 'failed', message: HeycatError.from(thrown).message };
  }
}

// A failure is reported in the answer to the first message.
detector.catch(() => undefined);
process.on('message', (message: SoundToChild) => void answer(message).then(sendToParent));
endWithParent();
