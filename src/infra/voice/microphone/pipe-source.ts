import { once } from 'node:events';
import { constants, open } from 'node:fs';
import { stat } from 'node:fs/promises';
import { connect, Socket } from 'node:net';
import { promisify } from 'node:util';
import type { AudioDevice } from '../../../dictation/ports/microphone.ts';
import { HeycatError } from '../../../errors.ts';
import { rawFormat, SPEECH_RATE, SpeechConverter } from '../audio/speech-converter.ts';
import {
  cannotOpen,
  type PcmSource,
  type PcmStream,
  soleDevice,
  type StreamEnd,
  type StreamListener,
} from './pcm-source.ts';

/**
 * Raw 16-bit mono samples at 16 kHz that another program writes: to a FIFO, or, on systems without FIFOs, to a local socket
 * or named pipe on which it listens.
 */
export class PipeSource implements PcmSource {
  constructor(private readonly path: string) {}

  devices(): Promise<AudioDevice[]> {
    return Promise.resolve([soleDevice(`pipe:${this.path}`)]);
  }

  async open(_device: string | null, listener: StreamListener): Promise<PcmStream> {
    try {
      const socket = await this.#connect();
      return new PipeStream(socket, listener);
    } catch (error) {
      throw cannotOpen(this.path, error);
    }
  }

  async #connect(): Promise<Socket> {
    const found = process.platform === 'win32' ? undefined : await stat(this.path);
    if (found?.isFIFO()) {
      // Opened without waiting for a writer and read by the event loop: otherwise it would block one of Node's few threads.
      const fd = await promisify(open)(this.path, constants.O_RDONLY | constants.O_NONBLOCK);
      return new Socket({ fd, readable: true, writable: false });
    }
    if (found !== undefined && !found.isSocket()) {
      throw new HeycatError('DEVICE_UNAVAILABLE', 'it is neither a pipe nor a socket.');
    }
    const socket = connect(this.path);
    await once(socket, 'connect');
    return socket;
  }
}

class PipeStream implements PcmStream {
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  #isStopping = false;

  constructor(socket: Socket, listener: StreamListener) {
    const converter = new SpeechConverter(rawFormat(SPEECH_RATE, 1));
    this.#socket = socket;
    let failure: string | undefined;
    socket.on('error', (error: NodeJS.ErrnoException) => (failure = error.code));
    socket.on('data', (bytes: Buffer) => {
      const samples = converter.push(bytes);
      if (samples.length > 0 && !this.#isStopping) void listener.samples(samples);
    });
    this.#closed = new Promise((resolve) => {
      socket.once('close', () => {
        listener.ended(this.#isStopping ? { reason: 'stopped' } : endOf(failure));
        resolve();
      });
    });
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#socket.destroy();
    await this.#closed;
  }
}

function endOf(failure: string | undefined): StreamEnd {
  if (failure === undefined) return { reason: 'exhausted' };
  return { reason: 'failed', message: `The pipe can no longer be read (${failure}).` };
}
