import type { AudioDevice } from '../../src/dictation/ports/microphone.ts';
import { HeycatError } from '../../src/errors.ts';
import type { PcmSource, PcmStream, StreamListener } from '../../src/infra/voice/microphone/pcm-source.ts';

/** Devices that come and go at a test's word. */
export class FakeSource implements PcmSource {
  readonly opened: (string | null)[] = [];
  /** null stands for the default one. */
  readonly present = new Set<string | null>();
  /** Of the streams that were opened. */
  stopped = 0;
  current: StreamListener | undefined;

  constructor(readonly stallMs = 60_000) {}

  devices(): Promise<AudioDevice[]> {
    return Promise.resolve([]);
  }

  open(device: string | null, listener: StreamListener): Promise<PcmStream> {
    this.opened.push(device);
    if (!this.present.has(device)) {
      return Promise.reject(new HeycatError('DEVICE_UNAVAILABLE', 'It is not there.'));
    }
    this.current = listener;
    let hasEnded = false;
    const stop = () => {
      if (!hasEnded) listener.ended({ reason: 'stopped' });
      this.stopped += hasEnded ? 0 : 1;
      hasEnded = true;
      return Promise.resolve();
    };
    return Promise.resolve({ stop });
  }

  give(...samples: number[]): void {
    void this.current!.samples(Int16Array.from(samples));
  }

  lose(device: string | null): void {
    this.present.delete(device);
    this.current!.ended({ reason: 'lost', message: 'It was unplugged.' });
  }
}
