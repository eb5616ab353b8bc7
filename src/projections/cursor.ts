import { HeycatError } from '../errors.ts';

/** The place after the row with this id, as opaque text. */
export function encodeCursor(id: number): string {
  return Buffer.from(String(id), 'latin1').toString('base64url');
}

/** @throws HeycatError INVALID_ARGUMENT for any text that {@link encodeCursor} does not give. */
export function decodeCursor(cursor: string): number {
  const id = Number(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (!Number.isSafeInteger(id) || id < 1 || encodeCursor(id) !== cursor) {
    throw new HeycatError('INVALID_ARGUMENT', 'cursor must be one that list_recordings has answered.', {
      field: 'cursor',
    });
  }
  return id;
}
