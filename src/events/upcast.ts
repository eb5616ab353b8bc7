import { HeycatError } from '../errors.ts';
import type { DomainEvent } from './domain-event.ts';

/** The schema_version that the module writes and the fold understands. */
export const CURRENT_SCHEMA_VERSION = 1;

/**
 * The event in the current schema. Every change of a payload's shape adds a step here, from the version before to its
 * own, so that the log never has to be rewritten.
 * @throws HeycatError UNSUPPORTED_SCHEMA for a version that is not known here, with details {seq, type,
 * schema_version, supported}.
 */
export function upcast(event: DomainEvent): DomainEvent {
  const { seq, type, schema_version } = event;
  if (schema_version === CURRENT_SCHEMA_VERSION) return event;
  throw new HeycatError('UNSUPPORTED_SCHEMA', undefined, {
    seq,
    type,
    schema_version,
    supported: CURRENT_SCHEMA_VERSION,
  });
}
