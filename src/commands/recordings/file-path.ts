import { isAbsolute, resolve } from 'node:path';
import { field, isAtMostBytes, type Field } from '../../fields/fields.ts';
import { LIMITS } from '../../fields/limits.ts';

const MAX = LIMITS.file_path_bytes;

/** A relative path would mean another file for the host than for the service. */
export function IsFilePath(): Field {
  return field(
    { type: 'string', minLength: 1, 'x-max-bytes': MAX },
    {
      name: 'isFilePath',
      allowed: `an absolute path of at most ${MAX} bytes`,
      check: (value) =>
        typeof value === 'string' && isAbsolute(value) && !value.includes('\0') && isAtMostBytes(value, MAX),
    },
  );
}

/** The one way to write a path: without `.`, `..` and doubled separators. */
export function normalised(path: string): string {
  return resolve(path);
}
