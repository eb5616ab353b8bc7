import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** `half` writes the first half of a buffer and refuses the rest; `stuck` also refuses to shorten the file. */
export type Failure = 'write' | 'sync' | 'half' | 'stuck';

export interface FailingDisk extends AsyncDisposable {
  /** True: everything succeeds again. */
  hasRoom: boolean;
}

type Write = (
  buffer: Uint8Array,
  at?: number,
  length?: number,
  position?: number,
) => Promise<{ bytesWritten: number }>;
interface Methods {
  write: Write;
  truncate(length?: number): Promise<void>;
}

const full = () => Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });

/** Makes writes of this process fail as on a full disk, until it is disposed; `folder` is any that can be written to. */
export async function failing(folder: string, kind: Failure): Promise<FailingDisk> {
  const file = await open(join(folder, 'probe'), 'w');
  const prototype = Object.getPrototypeOf(file) as Methods;
  const { write, truncate } = prototype;
  await file.close();
  const disk = {
    hasRoom: false,
    [Symbol.asyncDispose]: async () => void Object.assign(prototype, { write, truncate }),
  };
  let wrote = false;
  prototype.write = async function (this: FileHandle, buffer, at = 0, length, position) {
    if (disk.hasRoom) return write.call(this, buffer, at, length, position);
    if (kind === 'write' || wrote) throw full();
    const end = kind === 'sync' ? buffer.length : at + Math.ceil((buffer.length - at) / 2);
    const done = await write.call(this, buffer, at, end - at, position);
    // A synced write that fails has mostly written all, and cannot say so.
    if (kind === 'sync') throw full();
    wrote = true;
    return done;
  };
  prototype.truncate = async function (this: FileHandle, length) {
    if (!disk.hasRoom && kind === 'stuck') throw full();
    return truncate.call(this, length);
  };
  return disk;
}
