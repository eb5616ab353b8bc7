import { EventEmitter } from 'node:events';
import { oneOf, type Random } from '../../support/random.ts';
import type { Clock, Process } from './clock.ts';
import { systemError, type Disk } from './disk.ts';

const LATENCY_MS = 2;
/** Unread bytes above which a writer is told to wait. */
const HIGH_WATER = 16 * 1024;

/** One end of a local socket: what of Node's Socket the service and its client use. */
export class SimSocket extends EventEmitter {
  writable = true;
  peer: SimSocket | undefined;
  #isClosed = false;
  #isPaused = false;
  #needsDrain = false;
  /** Arrived while nobody read. */
  #unread: Buffer[] = [];
  #written = 0;
  /** When what was written last arrives: bytes never overtake each other. */
  #arrival = 0;

  constructor(
    readonly owner: Process,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {
    super();
  }

  get writableLength(): number {
    return this.#written;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  write(content: string | Uint8Array): boolean {
    const bytes = Buffer.from(content as string);
    this.#written += bytes.length;
    // A stream has no frames: it arrives in pieces as it pleases.
    const cut = this.random() < 0.2 ? Math.floor(this.random() * bytes.length) : 0;
    for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
      if (piece.length > 0) this.#arrive(() => this.peer?.receive(piece, this));
    }
    this.#needsDrain = this.#written > HIGH_WATER;
    return !this.#needsDrain;
  }

  end(): void {
    if (!this.writable) return;
    this.writable = false;
    this.#arrive(() => {
      this.peer?.emitSafely('end');
      this.peer?.close();
    });
    this.#arrive(() => this.close(), this.owner);
  }

  destroy(): void {
    this.close();
    this.#arrive(() => this.peer?.close());
  }

  /** Both ends are gone, with all that was on its way. */
  break(): void {
    this.peer?.close();
    this.close();
  }

  /** Closes this end; its owner hears of it in a turn of its own. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.writable = false;
    this.clock.after(0, () => this.emit('close', false), this.owner);
  }

  receive(piece: Buffer, from: SimSocket): void {
    if (this.#isClosed) return;
    if (this.#isPaused) return void this.#unread.push(piece);
    from.#wasRead(piece.length);
    this.emit('data', piece);
  }

  pause(): this {
    this.#isPaused = true;
    return this;
  }

  resume(): this {
    this.#isPaused = false;
    const unread = this.#unread.splice(0);
    for (const piece of unread)
      this.clock.after(0, () => this.peer && this.receive(piece, this.peer), this.owner);
    return this;
  }

  isPaused(): boolean {
    return this.#isPaused;
  }

  setTimeout(ms: number, work: () => void): this {
    this.clock.after(ms, () => !this.#isClosed && work(), this.owner);
    return this;
  }

  emitSafely(event: string): void {
    if (!this.#isClosed) this.emit(event);
  }

  #wasRead(length: number): void {
    this.#written -= length;
    if (!this.#needsDrain || this.#written > 0) return;
    this.#needsDrain = false;
    this.clock.after(0, () => this.emitSafely('drain'), this.owner);
  }

  #arrive(run: () => void, owner = this.peer?.owner ?? this.owner): void {
    this.#arrival = Math.max(this.#arrival, this.clock.now + this.random() * LATENCY_MS);
    this.clock.after(this.#arrival - this.clock.now, run, owner);
  }
}

class Listener extends EventEmitter {
  #path: string | undefined;

  constructor(
    readonly owner: Process,
    readonly accept: (socket: SimSocket) => void,
    private readonly net: Net,
  ) {
    super();
  }

  listen(path: string): this {
    this.#path = path;
    this.net.bind(path, this);
    return this;
  }

  close(done?: () => void): void {
    if (this.#path !== undefined) this.net.unbind(this.#path);
    this.#path = undefined;
    this.net.later(this.owner, () => done?.());
  }
}

/** The machine's local sockets. */
export class Net {
  readonly #listeners = new Map<string, Listener>();
  #sockets: SimSocket[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly disk: Disk,
  ) {}

  createServer(accept: (socket: SimSocket) => void): Listener {
    return new Listener(this.clock.current, accept, this);
  }

  bind(path: string, listener: Listener): void {
    this.disk.put(path, 'socket', 0o600);
    this.#listeners.set(path, listener);
    listener.owner.onEnd(() => {
      if (this.#listeners.get(path) === listener) this.#listeners.delete(path);
    });
    this.later(listener.owner, () => listener.emit('listening'));
  }

  unbind(path: string): void {
    this.#listeners.delete(path);
    if (this.disk.find(path) !== undefined) this.disk.remove(path);
  }

  connect(path: string): SimSocket {
    const socket = this.#socket(this.clock.current);
    const refuse = (code: string): void => {
      socket.emit('error', systemError(code, path));
      socket.close();
    };
    this.later(socket.owner, () => {
      const listener = this.#listeners.get(path);
      if (listener === undefined) {
        return refuse(this.disk.find(path) === undefined ? 'ENOENT' : 'ECONNREFUSED');
      }
      const accepted = this.#socket(listener.owner);
      [socket.peer, accepted.peer] = [accepted, socket];
      this.clock.has(listener.owner, () => listener.accept(accepted));
      socket.emitSafely('connect');
    });
    return socket;
  }

  /** Breaks one connection, if there is any. */
  cutOne(): void {
    const open = this.#sockets.filter(({ isClosed, peer }) => !isClosed && peer !== undefined);
    this.#sockets = open;
    if (open.length > 0) oneOf(this.random, open).break();
  }

  later(owner: Process, work: () => void): void {
    this.clock.after(this.random() * LATENCY_MS, work, owner);
  }

  #socket(owner: Process): SimSocket {
    const socket = new SimSocket(owner, this.clock, this.random);
    this.#sockets.push(socket);
    owner.onEnd(() => socket.break());
    return socket;
  }
}
