export { createHeycat, type Heycat, type HeycatEvent, type HeycatOptions } from './heycat.ts';
export { ERRORS, HeycatError, type ErrorCode } from './errors.ts';
export type { DomainEvent } from './events/domain-event.ts';
