import type {
  AudioDevice,
  Capture,
  CaptureListener,
  CaptureRequest,
  Microphone,
} from '../../../dictation/ports/microphone.ts';
import type { PcmSource } from './pcm-source.ts';
import { REOPEN_TIMES, ReopeningCapture, type ReopenTimes } from './reopening-capture.ts';

/** A microphone out of sources of samples. */
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
    const capture: Capture = await ReopeningCapture.open(start, {
      samples: (pcm) => listener.samples(pcm),
      overflow: () => listener.overflow(),
      interrupted: (message) => listener.interrupted(message),
      resumed: () => listener.resumed(),
      ended: (end) => {
        this.#captures.delete(capture);
        listener.ended(end);
      },
    });
    this.#captures.add(capture);
    return capture;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#captures].map((capture) => capture.stop()));
  }
}
