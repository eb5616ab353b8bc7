import type {
  AudioDevice,
  Capture,
  CaptureListener,
  CaptureRequest,
  Microphone,
  KeepOpenMicrophone,
} from '../../../dictation/ports/microphone.ts';

const PREROLL_MS = 500;

/** The last samples of a stream, up to a limit. */
class Ring {
  #pieces: Int16Array[] = [];
  #length = 0;

  constructor(private readonly most: number) {}

  push(pcm: Int16Array): void {
    this.#pieces.push(pcm.slice());
    this.#length += pcm.length;
    while (this.#length - this.#pieces[0]!.length >= this.most) this.#length -= this.#pieces.shift()!.length;
  }

  /** Removes and returns the samples, oldest first, cut to the limit. */
  take(): Int16Array[] {
    const [first, ...rest] = this.#pieces;
    const over = Math.max(0, this.#length - this.most);
    this.#pieces = [];
    this.#length = 0;
    return first === undefined ? [] : [first.subarray(over), ...rest];
  }
}

interface OpenStream {
  device: string | null;
  ring: Ring;
  capture: Capture;
  /** Set while a take is being recorded. */
  take: CaptureListener | undefined;
  /** Its device disappeared; another may be available. */
  isInterrupted: boolean;
  /** The stream is to be closed when its take ends. */
  isUnwanted: boolean;
}

/**
 * Keeps one device open between takes, for users who want pre-roll: a take then begins with the half second before its key
 * press. Nothing older is ever kept; it is held only in memory, and reaches nobody unless a take starts.
 */
export class PreRollMicrophone implements KeepOpenMicrophone {
  #kept: OpenStream | undefined;
  /** Serialises keeping open, releasing and opening. */
  #turn: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(
    private readonly inner: Microphone,
    private readonly prerollMs = PREROLL_MS,
  ) {}

  keepOpen(device: string | null): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isClosed || this.#kept?.device === device) return;
      await this.#release();
      await this.#open(device);
    });
  }

  release(): Promise<void> {
    return this.#inTurn(() => this.#release());
  }

  devices(): Promise<AudioDevice[]> {
    return this.inner.devices();
  }

  open(request: CaptureRequest, listener: CaptureListener): Promise<Capture> {
    return this.#inTurn(async () => {
      const stream = this.#kept;
      const isFree = stream?.device === request.device && stream.take === undefined && !stream.isInterrupted;
      return isFree ? takeOf(stream, listener) : this.inner.open(request, listener);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.release();
    await this.inner.close();
  }

  async #open(device: string | null): Promise<void> {
    let stream: OpenStream | undefined;
    const capture = await this.inner.open(
      { device },
      {
        samples: (pcm) => {
          if (stream?.take === undefined) return stream?.ring.push(pcm);
          return stream.take.samples(pcm);
        },
        overflow: () => stream?.take?.overflow(),
        interrupted: (message) => {
          if (stream === undefined) return;
          stream.isInterrupted = true;
          stream.take?.interrupted(message);
          // Samples from before the interruption are not pre-roll of the next take.
          stream.ring.take();
        },
        resumed: () => {
          if (stream === undefined) return;
          stream.isInterrupted = false;
          stream.take?.resumed();
        },
        ended: (end) => {
          if (this.#kept === stream) this.#kept = undefined;
          stream?.take?.ended(end);
        },
      },
    );
    const ring = new Ring(Math.round((capture.sampleRate * this.prerollMs) / 1_000));
    this.#kept = stream = { device, ring, capture, take: undefined, isInterrupted: false, isUnwanted: false };
  }

  async #release(): Promise<void> {
    const stream = this.#kept;
    this.#kept = undefined;
    if (stream === undefined) return;
    stream.isUnwanted = true;
    if (stream.take === undefined) await stream.capture.stop();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

/** A capture on a stream that outlives it. It starts with the first sample from now on: until then the stream may be dead. */
function takeOf(stream: OpenStream, listener: CaptureListener): Capture {
  let hasBegun = false;
  const begin = () => {
    if (hasBegun) return;
    hasBegun = true;
    for (const pcm of stream.ring.take()) void listener.samples(pcm);
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
      if (stream.take !== take) return;
      begin();
      stream.take = undefined;
      listener.ended(end);
    },
  };
  stream.take = take;
  const stop = async () => {
    take.ended({ reason: 'stopped' });
    if (stream.isUnwanted) await stream.capture.stop();
  };
  return { sampleRate: stream.capture.sampleRate, stop };
}
