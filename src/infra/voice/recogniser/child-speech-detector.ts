import type {
  SpeechDetector,
  SpeechListener,
  SpeechListening,
} from '../../../dictation/ports/speech-detector.ts';
import { NodeChild, type NodeOptions } from '../../process/child/node-child.ts';
import { howEnded, type ProcessEnd } from '../../process/child/subprocess.ts';
import type { SoundToChild, SpeechFromChild } from './messages.ts';
import { VAD_FILE } from './silero.ts';

export interface SpeechDetectorOptions extends NodeOptions {
  /** The process is ended when nothing was heard for so long, in ms. Default 5 min. */
  idleMs?: number;
  /** A process that answers nothing for so long is given up; loading is part of it. Default 20 s. */
  answerMs?: number;
  /** File of the Silero voice detector. Default: the one that ships with the package. */
  vad?: string;
}

type Child = NodeChild<SoundToChild, SpeechFromChild>;

/** What was given to the process and not answered yet. */
interface Given {
  id: number;
  seen(): void;
}

/** Hears speech with Silero in a process of its own, which starts with the first sound and ends after a while without one. */
export class ChildSpeechDetector implements SpeechDetector {
  readonly #options: Required<Omit<SpeechDetectorOptions, keyof NodeOptions>>;
  readonly #execArgv: NodeOptions['execArgv'];
  #child: Child | undefined;
  #given: Given[] = [];
  #lastId = 0;
  /** Of the sound that is heard; the last id is its own. */
  #listener: SpeechListener | undefined;
  /** Of the oldest that is not answered; else of the idle process. */
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor({ execArgv, ...options }: SpeechDetectorOptions = {}) {
    this.#execArgv = execArgv;
    this.#options = { idleMs: 5 * 60_000, answerMs: 20_000, vad: VAD_FILE, ...options };
  }

  /** Of the process, while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  listen(sampleRate: number, listener: SpeechListener): SpeechListening {
    const id = ++this.#lastId;
    this.#listener = this.#isClosed ? undefined : listener;
    const isHeard = () => id === this.#lastId && this.#listener !== undefined;
    return {
      feed: (pcm) => (isHeard() ? this.#give({ id, rate: sampleRate, pcm }) : Promise.resolve()),
      end: () => {
        if (isHeard()) this.#listener = undefined;
      },
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const child = this.#child;
    this.#listener = undefined;
    this.#lose('It was closed.');
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
    const lost = (end: ProcessEnd) => this.#lose(`The voice detector's process ended (${howEnded(end)}).`);
    void child.ended.then((end) => this.#child === child && lost(end));
    child.onMessage((message) => {
      if (this.#child !== child) return;
      if (message.kind === 'failed') this.#lose(message.message);
      else this.#answered(message);
    });
    return child;
  }

  #answered(heard: Extract<SpeechFromChild, { kind: 'heard' }>): void {
    const { id, seen } = this.#given.shift()!;
    const { heard_ms, spoken_ms } = heard;
    if (id === this.#lastId) this.#listener?.heard({ heard_ms, spoken_ms });
    seen();
    this.#watch();
  }

  #watch(): void {
    const { answerMs, idleMs } = this.#options;
    const isIdle = this.#given.length === 0;
    clearTimeout(this.#timer);
    const overdue = () => this.#lose("The voice detector's process does not answer any more.");
    this.#timer = setTimeout(overdue, isIdle ? idleMs : answerMs);
    this.#timer.unref();
  }

  /** Ends the process; who waits for it is told, the next sound gets another one. */
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
