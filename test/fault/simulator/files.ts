import * as realFs from 'node:fs';
import * as realPromises from 'node:fs/promises';
import { systemError, type Node } from './disk.ts';
import { world } from './world.ts';

const { constants } = realFs;

type Flags = string | number;
type Encoding = BufferEncoding | { encoding?: BufferEncoding } | undefined;

/** Flags of `open` by their letters, as far as the service uses them. */
const LETTERS: Record<string, number> = {
  r: constants.O_RDONLY,
  'r+': constants.O_RDWR,
  'a+': constants.O_RDWR | constants.O_CREAT | constants.O_APPEND,
  wx: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
};

/** An open file: what of Node's FileHandle the service uses. */
class Handle {
  /** Only asked for to be locked, and there is nobody else. */
  readonly fd = 0;
  #at = 0;

  constructor(
    private readonly path: string,
    private readonly node: Node,
    private readonly flags: number,
  ) {}

  write(given: Uint8Array | string, offset = 0, length?: number, position: number | null = null) {
    const { disk } = world();
    // Of text the second argument is the position, which is always 0 here.
    const bytes = typeof given === 'string' ? Buffer.from(given) : given;
    const copy = Buffer.from(bytes.subarray(offset, length === undefined ? undefined : offset + length));
    return disk.call((part) => {
      if (part === undefined && disk.failing > 0) {
        // What a full disk has taken before it said no.
        this.#put(copy.subarray(0, Math.floor(copy.length / 2)), position);
        disk.takeRoom(this.path);
      }
      const bytesWritten = part === undefined ? copy.length : Math.floor(copy.length * part);
      this.#put(copy.subarray(0, bytesWritten), position);
      if ((this.flags & constants.O_DSYNC) !== 0) this.node.durable = this.node.data;
      return { bytesWritten, buffer: bytes };
    });
  }

  async writeFile(content: string | Uint8Array): Promise<void> {
    await this.write(content);
  }

  readFile(encoding?: Encoding): Promise<string | Buffer> {
    return world().disk.call(() => decoded(this.node.data, encoding));
  }

  truncate(length = 0): Promise<void> {
    return world().disk.call(() => void (this.node.data = this.node.data.subarray(0, length)));
  }

  sync(): Promise<void> {
    return world().disk.call(() => {
      // The file may have another name by now: what is synced is the file.
      if (this.node.kind === 'folder') world().disk.sync(this.path);
      else this.node.durable = this.node.data;
    });
  }

  stat() {
    return world().disk.call(() => statsOf(this.node));
  }

  close(): Promise<void> {
    return world().disk.call(() => undefined);
  }

  #put(bytes: Buffer, position: number | null): void {
    const { data } = this.node;
    const isAppending = (this.flags & constants.O_APPEND) !== 0;
    const at = isAppending ? data.length : (position ?? this.#at);
    const grown = Buffer.alloc(Math.max(data.length, at + bytes.length));
    data.copy(grown);
    bytes.copy(grown, at);
    this.node.data = grown;
    this.#at = at + bytes.length;
  }
}

function openNode(path: string, flags: number, mode: number): Node {
  const { disk } = world();
  const found = disk.find(path);
  if (found === undefined) {
    if ((flags & constants.O_CREAT) === 0) throw systemError('ENOENT', path);
    disk.takeRoom(path);
    return disk.put(path, 'file', mode);
  }
  if ((flags & constants.O_EXCL) !== 0) throw systemError('EEXIST', path);
  if ((flags & constants.O_TRUNC) !== 0) found.data = Buffer.alloc(0);
  return found;
}

/** What stands for `node:fs/promises`. */
export const filesPromises = {
  ...realPromises,
  open: (path: string, given: Flags = 'r', mode = 0o600) => {
    const flags = typeof given === 'string' ? LETTERS[given] : given;
    if (flags === undefined) throw systemError('EINVAL', `open ${path} ${given}`);
    return world().disk.call(() => new Handle(path, openNode(path, flags, mode), flags));
  },
  access: (path: string) => world().disk.call(() => void world().disk.node(path)),
  realpath: (path: string) =>
    world()
      .disk.call(() => void world().disk.node(path))
      .then(() => path),
  readdir: (path: string) =>
    world().disk.call(() => {
      world().disk.node(path);
      return world().disk.list(path);
    }),
  readFile: (path: string, encoding?: Encoding) =>
    world().disk.call(() => decoded(world().disk.node(path).data, encoding)),
  unlink: (path: string) => world().disk.call(() => world().disk.remove(path)),
  rename: (from: string, to: string) => world().disk.call(() => world().disk.rename(from, to)),
  rm: (path: string, { force = false, recursive = false } = {}) =>
    world().disk.call(() => {
      if (recursive) world().disk.wipe(path);
      if (!force || world().disk.find(path) !== undefined) world().disk.remove(path);
    }),
  rmdir: (path: string) => world().disk.call(() => world().disk.remove(path)),
  mkdir: (path: string, { mode = 0o700 } = {}) =>
    world().disk.call(() => {
      if (world().disk.find(path) !== undefined) return undefined;
      world().disk.put(path, 'folder', mode);
      return path;
    }),
  chmod: (path: string, mode: number) => world().disk.call(() => void (world().disk.node(path).mode = mode)),
  lstat: (path: string) => world().disk.call(() => statsOf(world().disk.node(path))),
  stat: (path: string) => world().disk.call(() => statsOf(world().disk.node(path))),
};

/** What stands for `node:fs`: the machine's folder is virtual, all else is real. */
export const files = {
  ...realFs,
  readFileSync: ((path, encoding) =>
    isVirtual(path)
      ? decoded(world().disk.node(String(path)).data, encoding as Encoding)
      : realFs.readFileSync(path, encoding)) as typeof realFs.readFileSync,
  existsSync: (path: string) =>
    isVirtual(path) ? world().disk.find(path) !== undefined : realFs.existsSync(path),
  statfsSync: () => ({ bavail: world().disk.freeBytes, bsize: 1 }),
} as unknown as typeof realFs;

/** The only folder of the simulated machine. */
export const ROOT = '/simulated';

function isVirtual(path: unknown): boolean {
  return String(path).startsWith(ROOT);
}

function decoded(data: Buffer, encoding: Encoding): string | Buffer {
  const name = typeof encoding === 'string' ? encoding : encoding?.encoding;
  return name === undefined ? Buffer.from(data) : data.toString(name);
}

function statsOf({ kind, mode, data }: Node) {
  return {
    mode,
    uid: process.getuid?.() ?? 0,
    size: data.length,
    isSymbolicLink: () => false,
    isSocket: () => kind === 'socket',
    isDirectory: () => kind === 'folder',
    isFile: () => kind === 'file',
  };
}
