import type { AudioDevice } from '../../../dictation/ports/microphone.ts';
import { HeycatError } from '../../../errors.ts';
import type { PcmSource, PcmStream, StreamListener } from './pcm-source.ts';

/** Several ways to the same devices: the first that works is taken, at each opening anew. */
export class FirstWorkingSource implements PcmSource {
  readonly stallMs = 2_000;

  /** @param advice a sentence on what to install where none of them is there. */
  constructor(
    private readonly sources: readonly PcmSource[],
    private readonly advice: string,
  ) {}

  devices(): Promise<AudioDevice[]> {
    return this.#first((source) => source.devices());
  }

  open(device: string | null, listener: StreamListener): Promise<PcmStream> {
    return this.#first((source) => source.open(device, listener));
  }

  async #first<T>(run: (source: PcmSource) => Promise<T>): Promise<T> {
    let refusal: HeycatError | undefined;
    for (const source of this.sources) {
      try {
        return await run(source);
      } catch (error) {
        const thrown = HeycatError.from(error);
        if (thrown.details['reason'] !== 'not_installed') refusal ??= thrown;
      }
    }
    throw refusal ?? new HeycatError('DEVICE_UNAVAILABLE', `Nothing here can record. ${this.advice}`);
  }
}
