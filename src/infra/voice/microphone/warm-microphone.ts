import type {
  AudioDevice,
  Capture,
  CaptureListener,
  CaptureRequest,
  Microphone,
  WarmableMicrophone,
} from '../../../dictation/ports/microphone.ts';

const PREROLL_MS = 500;

/** The last samples of a stream, up to a bound. */
class Ring {
  #pieces: Int16Array[] = [];
  #length = 0;

  constructor(private readonly most: number) {}

  push(pcm: Int16Array): void {
    this.#pieces.push(pcm.slice());
    this.#length += pcm.length;
    while (this.#length - this.#pieces[0]!.length >= this.most) this.#length -= this.#pieces.shift()!.length;
  }

  /** What it holds, oldest first, cut to the bound; it is empty afterwards. */
  take(): Int16Array[] {
    const [first, ...rest] = this.#pieces;
    const over = Math.max(0, this.#length - this.most);
    this.#pieces = [];
    this.#length = 0;
    return first === undefined ? [] : [first.subarray(over), ...rest];
  }
}

interface WarmStream {
  device: string | null;
  ring: Ring;
  capture: Capture;
  /** Of the take that is being recorded. */
  take: CaptureListener | undefined;
  /** Its device is gone; another may be there. */
  isInterrupted: boolean;
  /** It ends with its take. */
  isUnwanted: boolean;
}

/**
 * Keeps one device open between takes, for users who want that: a take then begins with the half second before its key
 * was pressed. That half second is all that is ever held, only in memory, and nobody gets it unless a take starts.
 */
export class WarmMicrophone implements WarmableMicrophone {
  #warm: WarmStream | undefined;
  /** One after the other: warming up, cooling down and opening. */
  #turn: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(
    private readonly inner: Microphone,
    private readonly prerollMs = PREROLL_MS,
  ) {}

  warmUp(device: string | null): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isClosed || this.#warm?.device === device) return;
      await this.#coolDown();
      await this.#open(device);
    });
  }

  coolDown(): Promise<void> {
    return this.#inTurn(() => this.#coolDown());
  }

  devices(): Promise<AudioDevice[]> {
    return this.inner.devices();
  }

  open(request: CaptureRequest, listener: CaptureListener): Promise<Capture> {
    return this.#inTurn(async () => {
      const warm = this.#warm;
      const isFree = warm?.device === request.device && warm.take === undefined && !warm.isInterrupted;
      return isFree ? takeOf(warm, listener) : this.inner.open(request, listener);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.coolDown();
    await this.inner.close();
  }

  async #open(device: string | null): Promise<void> {
    let warm: WarmStream | undefined;
    const capture = await this.inner.open(
      { device },
      {
        samples: (pcm) => {
          if (warm?.take === undefined) return warm?.ring.push(pcm);
          return warm.take.samples(pcm);
        },
        overflow: () => warm?.take?.overflow(),
        interrupted: (message) => {
          if (warm === undefined) return;
          warm.isInterrupted = true;
          warm.take?.interrupted(message);
          // What was heard before is no part of the moment before the next take.
          warm.ring.take();
        },
        resumed: () => {
          if (warm === undefined) return;
          warm.isInterrupted = false;
          warm.take?.resumed();
        },
        ended: (end) => {
          if (this.#warm === warm) this.#warm = undefined;
          warm?.take?.ended(end);
        },
      },
    );
    const ring = new Ring(Math.round((capture.sampleRate * this.prerollMs) / 1_000));
    this.#warm = warm = { device, ring, capture, take: undefined, isInterrupted: false, isUnwanted: false };
  }

  async #coolDown(): Promise<void> {
    const warm = this.#warm;
    this.#warm = undefined;
    if (warm === undefined) return;
    warm.isUnwanted = true;
    if (warm.take === undefined) await warm.capture.stop();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

/** A capture over a stream that goes on without it. It begins when the stream gives something now: before, it may be dead. */
function takeOf(warm: WarmStream, listener: CaptureListener): Capture {
  let hasBegun = false;
  const begin = () => {
    if (hasBegun) return;
    hasBegun = true;
    for (const pcm of warm.ring.take()) void listener.samples(pcm);
  };
  const take: CaptureListener = {
    samples: (pcm) => {
      begin();
      return listener.samples(pcm);
    },
    overflow: () => listener.overflow(),
    interrupted: (message) => {
      begin();
      listener.interrupted(message);
    },
    resumed: () => listener.resumed(),
    ended: (end) => {
      if (warm.take !== take) return;
      begin();
      warm.take = undefined;
      listener.ended(end);
    },
  };
  warm.take = take;
  const stop = async () => {
    take.ended({ reason: 'stopped' });
    if (warm.isUnwanted) await warm.capture.stop();
  };
  return { sampleRate: warm.capture.sampleRate, stop };
}
