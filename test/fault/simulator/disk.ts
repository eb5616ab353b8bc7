import type { Random } from '../../support/random.ts';
import type { Clock, Process } from './clock.ts';

/** A file, folder or socket. */
export interface Node {
  kind: 'file' | 'folder' | 'socket';
  mode: number;
  /** What a program reads. */
  data: Buffer;
  /** What a power cut leaves for certain. */
  durable: Buffer;
}

/** A system call that has not come back. */
interface Pending {
  owner: Process;
  /** Does it; of a write a part, where one is given. */
  effect(part?: number): unknown;
}

/** A change of names that its folder's sync has not made durable. */
interface Renaming {
  folder: string;
  undo(): void;
}

const LATENCY_MS = 4;
/** Of the blocks that were not synced so many are zeros after a power cut: the file had grown, its data never came. */
const ZEROED = 0.25;

/** Files in memory that forget what was not synced when the power is cut, and tear what is being written. */
export class Disk {
  readonly #nodes = new Map<string, Node>();
  readonly #pending = new Set<Pending>();
  #renamings: Renaming[] = [];
  /** So many files cannot be written or made from now on. */
  failing = 0;
  freeBytes = 2 ** 40;

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  /** Runs a system call that takes its time; with its process killed it may or may not have happened. */
  call<T>(effect: (part?: number) => T): Promise<T> {
    const owner = this.clock.current;
    return new Promise((resolve, reject) => {
      const pending: Pending = { owner, effect };
      this.#pending.add(pending);
      this.clock.after(this.random() * LATENCY_MS, () => {
        this.#pending.delete(pending);
        try {
          resolve(effect());
        } catch (thrown) {
          reject(thrown);
        }
      });
    });
  }

  /** What the calls of a process that was killed have come to. */
  settle(owner: Process): void {
    for (const pending of this.#pending) {
      if (pending.owner !== owner) continue;
      this.#pending.delete(pending);
      try {
        if (this.random() < 0.5) pending.effect(this.random());
      } catch {
        // Nobody is there to hear of it.
      }
    }
  }

  cutPower(): void {
    const kept = Math.floor(this.random() * (this.#renamings.length + 1));
    for (const { undo } of this.#renamings.slice(kept).toReversed()) undo();
    this.#renamings = [];
    for (const node of this.#nodes.values()) {
      if (node.data === node.durable) continue;
      node.data = node.durable = this.#afterPowerCut(node);
    }
  }

  node(path: string): Node {
    const node = this.#nodes.get(path);
    if (node === undefined) throw systemError('ENOENT', path);
    return node;
  }

  find(path: string): Node | undefined {
    return this.#nodes.get(path);
  }

  put(path: string, kind: Node['kind'], mode: number): Node {
    const before = this.#nodes.get(path);
    const node: Node = { kind, mode, data: EMPTY, durable: EMPTY };
    this.#nodes.set(path, node);
    this.#renamed(path, before);
    return node;
  }

  remove(path: string): void {
    const before = this.node(path);
    this.#nodes.delete(path);
    this.#renamed(path, before);
  }

  rename(from: string, to: string): void {
    const node = this.node(from);
    const replaced = this.#nodes.get(to);
    this.#nodes.delete(from);
    this.#nodes.set(to, node);
    const undo = (): void => {
      this.#restore(to, replaced);
      this.#nodes.set(from, node);
    };
    this.#renamings.push({ folder: folderOf(to), undo });
  }

  /** Names in a folder. */
  list(folder: string): string[] {
    return [...this.#nodes.keys()]
      .filter((path) => folderOf(path) === folder)
      .map((path) => nameOf(path))
      .sort();
  }

  /** Deletes what is below a folder, as if it had never been. */
  wipe(folder: string): void {
    for (const path of this.#nodes.keys()) if (path.startsWith(`${folder}/`)) this.#nodes.delete(path);
    this.#renamings = this.#renamings.filter((renaming) => !renaming.folder.startsWith(folder));
  }

  sync(path: string): void {
    const node = this.node(path);
    if (node.kind === 'folder') this.#renamings = this.#renamings.filter(({ folder }) => folder !== path);
    else node.durable = node.data;
  }

  /** @throws ENOSPC as often as {@link failing} says. */
  takeRoom(path: string): void {
    if (this.failing === 0) return;
    this.failing -= 1;
    throw systemError('ENOSPC', path);
  }

  syncAll(): void {
    this.#renamings = [];
    for (const node of this.#nodes.values()) node.durable = node.data;
  }

  #afterPowerCut({ data, durable }: Node): Buffer {
    const isAppended = data.length > durable.length && data.subarray(0, durable.length).equals(durable);
    if (!isAppended) return this.random() < 0.5 ? data : durable;
    const kept = data.subarray(
      0,
      durable.length + Math.floor(this.random() * (data.length - durable.length + 1)),
    );
    if (this.random() >= ZEROED) return kept;
    return Buffer.concat([durable, Buffer.alloc(kept.length - durable.length)]);
  }

  #renamed(path: string, before: Node | undefined): void {
    this.#renamings.push({ folder: folderOf(path), undo: () => this.#restore(path, before) });
  }

  #restore(path: string, before: Node | undefined): void {
    if (before === undefined) this.#nodes.delete(path);
    else this.#nodes.set(path, before);
  }
}

const EMPTY = Buffer.alloc(0);

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function systemError(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${path}`), { code, path });
}
