import type {
  VoiceActivityDetector,
  SpeechListener,
  SpeechListening,
} from '../../../dictation/ports/voice-activity-detector.ts';
import { NodeChild, type NodeOptions } from '../../process/child/node-child.ts';
import { howEnded, type ProcessEnd } from '../../process/child/subprocess.ts';
import type { SoundToChild, SpeechFromChild } from './messages.ts';
import { VAD_FILE } from './silero.ts';

export interface VoiceActivityDetectorOptions extends NodeOptions {
  /** The process ends after this many ms without a sound. Default: 5 min. */
  idleMs?: number;
  /** A process that does not answer for this many ms, loading included, is ended. Default: 20 s. */
  answerMs?: number;
  /** File of the Silero voice activity detector. Default: the one that ships with the package. */
  vad?: string;
}

type Child = NodeChild<SoundToChild, SpeechFromChild>;

/** Samples sent to the process and not answered yet. */
interface Given {
  id: number;
  seen: () => void;
}

/** Detects speech with Silero in a child process, which starts with the first sound and ends after a while without one. */
export class ChildVoiceActivityDetector implements VoiceActivityDetector {
  readonly #options: Required<Omit<VoiceActivityDetectorOptions, keyof NodeOptions>>;
  readonly #execArgv: NodeOptions['execArgv'];
  #child: Child | undefined;
  #given: Given[] = [];
  #lastId = 0;
  /** The listener of the current sound, whose id is the last one. */
  #listener: SpeechListener | undefined;
  /** For the oldest message that is not answered; otherwise for ending the idle process. */
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor({ execArgv, ...options }: VoiceActivityDetectorOptions = {}) {
    this.#execArgv = execArgv;
    this.#options = { idleMs: 5 * 60_000, answerMs: 20_000, vad: VAD_FILE, ...options };
  }

  /** Pid of the process, while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  listen(sampleRate: number, listener: SpeechListener): SpeechListening {
    const id = ++this.#lastId;
    this.#listener = this.#isClosed ? undefined : listener;
    const isCurrent = () => id === this.#lastId && this.#listener !== undefined;
    return {
      feed: (pcm) => (isCurrent() ? this.#give({ id, rate: sampleRate, pcm }) : Promise.resolve()),
      end: () => {
        if (isCurrent()) this.#listener = undefined;
      },
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const child = this.#child;
    this.#listener = undefined;
    this.#lose('The voice activity detector was closed.');
    await child?.ended;
  }

  #give(sound: SoundToChild): Promise<void> {
    const child = (this.#child ??= this.#start());
    return new Promise((resolve) => {
      this.#given.push({ id: sound.id, seen: resolve });
      if (this.#given.length === 1) this.#watch();
      child.send(sound);
    });
  }

  #start(): Child {
    const entry = new URL('./speech-main', import.meta.url);
    const args = [this.#options.vad];
    const child: Child = new NodeChild(entry, { args, execArgv: this.#execArgv, serialization: 'advanced' });
    const lost = (end: ProcessEnd) =>
      this.#lose(`The voice activity detector's process ended (${howEnded(end)}).`);
    void child.ended.then((end) => this.#child === child && lost(end));
    child.onMessage((message) => {
      if (this.#child !== child) return;
      if (message.kind === 'failed') this.#lose(message.message);
      else this.#answered(message);
    });
    return child;
  }

  #answered(answer: Extract<SpeechFromChild, { kind: 'analysed' }>): void {
    const { id, seen } = this.#given.shift()!;
    const { analysed_ms, spoken_ms } = answer;
    if (id === this.#lastId) this.#listener?.progress({ analysed_ms, spoken_ms });
    seen();
    this.#watch();
  }

  #watch(): void {
    const { answerMs, idleMs } = this.#options;
    const isIdle = this.#given.length === 0;
    clearTimeout(this.#timer);
    const overdue = () => this.#lose("The voice activity detector's process no longer answers.");
    this.#timer = setTimeout(overdue, isIdle ? idleMs : answerMs);
    this.#timer.unref();
  }

  /** Ends the process and notifies whoever waits for it; the next sound gets another process. */
  #lose(message: string): void {
    clearTimeout(this.#timer);
    const child = this.#child;
    this.#child = undefined;
    void child?.kill();
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.failed(message);
    for (const { seen } of this.#given.splice(0)) seen();
  }
}
