import { setTimeout as sleep } from 'node:timers/promises';
import type {
  AudioDevice,
  Capture,
  CaptureEnd,
  CaptureListener,
  CaptureRequest,
  Microphone,
} from '../../../dictation/ports/microphone.ts';
import { HeycatError } from '../../../errors.ts';
import { deferred } from '../../process/waiting.ts';
import { SPEECH_RATE } from '../audio/speech-converter.ts';
import type { PcmSource, PcmStream, StreamEnd } from './pcm-source.ts';

export interface ReopenTimes {
  /** How long only the same device is tried: a wireless one often comes back immediately. */
  sameDeviceMs: number;
  /** After that the default device is tried as well, until the capture ends after this time. */
  giveUpMs: number;
  /** Time between two attempts. */
  everyMs: number;
}

export const REOPEN_TIMES: ReopenTimes = { sameDeviceMs: 1_500, giveUpMs: 10_000, everyMs: 250 };

/** A microphone that opens a source of samples for each device. */
export class SourceMicrophone implements Microphone {
  readonly #captures = new Set<Capture>();

  constructor(
    private readonly sourceOf: (device: string | null) => PcmSource,
    private readonly times: ReopenTimes = REOPEN_TIMES,
  ) {}

  async devices(): Promise<AudioDevice[]> {
    return this.sourceOf(null).devices();
  }

  async open({ device }: CaptureRequest, listener: CaptureListener): Promise<Capture> {
    const start = { source: this.sourceOf(device), device, times: this.times };
    const capture = await ReopeningCapture.open(start, listener);
    this.#captures.add(capture);
    void capture.ended.then(() => this.#captures.delete(capture));
    return capture;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#captures].map((capture) => capture.stop()));
  }
}

/** The number of checks within which a stream must be silent; several, because a suspended process receives nothing. */
const STALL_LOOKS = 8;
/** Wireless devices and suspended sound servers need seconds to start. */
const FIRST_LOOKS = 4 * STALL_LOOKS;

export interface CaptureStart {
  source: PcmSource;
  device: string | null;
  times: ReopenTimes;
}

/** One capture made of one or more streams, as the device disappears and comes back. */
export class ReopeningCapture implements Capture {
  readonly sampleRate = SPEECH_RATE;
  readonly #start: CaptureStart;
  readonly #listener: CaptureListener;
  #stream: PcmStream | undefined;
  /** Distinguishes the current stream from abandoned ones, which may still report. */
  #turn = 0;
  #looks = 0;
  #looksMax = FIRST_LOOKS;
  #watch: NodeJS.Timeout | undefined;
  #isStopping = false;
  #hasEnded = false;
  readonly #ended = deferred<void>();

  private constructor(start: CaptureStart, listener: CaptureListener) {
    this.#start = start;
    this.#listener = listener;
  }

  /** @throws HeycatError DEVICE_UNAVAILABLE if the device cannot be opened. */
  static async open(start: CaptureStart, listener: CaptureListener): Promise<ReopeningCapture> {
    const capture = new ReopeningCapture(start, listener);
    await capture.#open(start.device);
    return capture;
  }

  /** Resolves after the listener's `ended` was called. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  async stop(): Promise<void> {
    if (!this.#isStopping) {
      this.#isStopping = true;
      clearInterval(this.#watch);
      await this.#stream?.stop();
      // Between two streams, no stream would report the end.
      if (this.#stream === undefined) this.#end({ reason: 'stopped' });
    }
    await this.ended;
  }

  async #open(device: string | null): Promise<void> {
    const turn = ++this.#turn;
    const mine = () => turn === this.#turn && !this.#hasEnded;
    const stream = await this.#start.source.open(device, {
      samples: (pcm) => {
        if (!mine()) return undefined;
        this.#looks = 0;
        this.#looksMax = STALL_LOOKS;
        return this.#listener.samples(pcm);
      },
      overflow: () => mine() && this.#listener.overflow(),
      ended: (end) => mine() && this.#onEnd(end),
    });
    if (this.#hasEnded) return void stream.stop();
    this.#stream = stream;
    this.#watchStream();
  }

  #watchStream(): void {
    const { stallMs } = this.#start.source;
    clearInterval(this.#watch);
    [this.#looks, this.#looksMax] = [0, FIRST_LOOKS];
    if (stallMs === undefined) return;
    this.#watch = setInterval(() => {
      if (++this.#looks < this.#looksMax) return;
      const lost = this.#stream;
      this.#onEnd({ reason: 'lost', message: 'The audio device delivers no more sound.' });
      void lost?.stop();
    }, stallMs / STALL_LOOKS);
  }

  #onEnd(end: StreamEnd): void {
    clearInterval(this.#watch);
    this.#turn++;
    this.#stream = undefined;
    if (this.#isStopping) return this.#end({ reason: 'stopped' });
    if (end.reason !== 'lost') return this.#end(end);
    this.#listener.interrupted(end.message);
    void this.#reopen(end.message);
  }

  async #reopen(message: string): Promise<void> {
    const { device, times } = this.#start;
    const lostAt = performance.now();
    const gone = () => performance.now() - lostAt;
    while (gone() < times.giveUpMs && !this.#hasEnded) {
      if (await this.#tries(device)) return;
      if (device !== null && gone() >= times.sameDeviceMs && (await this.#tries(null))) return;
      await sleep(times.everyMs);
    }
    this.#end({ reason: 'device_lost', message: `${message} It did not come back in time.` });
  }

  async #tries(device: string | null): Promise<boolean> {
    if (this.#hasEnded) return true;
    try {
      await this.#open(device);
    } catch (error) {
      if (HeycatError.from(error).code === 'DEVICE_UNAVAILABLE') return false;
      this.#end({ reason: 'failed', message: HeycatError.from(error).message });
      return true;
    }
    if (!this.#hasEnded) this.#listener.resumed();
    return true;
  }

  #end(end: CaptureEnd): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearInterval(this.#watch);
    this.#listener.ended(end);
    this.#ended.resolve();
  }
}
