import type { ConnectionReport } from '../../events/change-feed.ts';
import { IsObject } from '../../fields/collections.ts';
import { IsInteger, IsNumber, IsOneOf, IsText, IsTime, MayBeAbsent, MayBeNull } from '../../fields/fields.ts';

/** What `get_status` says about the service beside its read models. */
export abstract class StatusSource {
  abstract process(): ProcessStatus;
  abstract engine(): EngineReport;
  abstract connection(): ConnectionReport;
  abstract queue(): QueueReport;
  abstract backup(): BackupReport;
  abstract clock(): ClockReport;
  /** Authenticated connections. */
  abstract clients(): number;
}

export class ProcessStatus {
  @IsInteger(1)
  pid!: number;

  @IsText()
  version!: string;

  @IsText()
  instance_id!: string;

  @IsTime()
  started_at!: string;
}

/** Commands that wait for the engine, and the dead letters. */
export class QueueReport {
  @IsInteger(0)
  pending!: number;

  @IsInteger(0)
  dead!: number;
}

export class BackupReport {
  /** When the newest daily backup was made; null when there is none. */
  @MayBeNull()
  @IsTime()
  last_at!: string | null;

  /** Why the last try failed, as a sentence. */
  @MayBeAbsent()
  @IsText()
  error?: string;
}

const CLOCK_STATES = ['steady', 'slept', 'jumped'] as const;

/** What last happened to the clock; `steady` when that is ten minutes ago, or nothing did. */
export class ClockReport {
  /** `slept`: the computer did. `jumped`: the time of day was set. */
  @IsOneOf(CLOCK_STATES)
  state!: (typeof CLOCK_STATES)[number];

  /** When it was noticed, by the clock as it was then. */
  @MayBeAbsent()
  @IsTime()
  at?: string;

  /** How long it slept; or by how much the clock was set forward, negative: back. */
  @MayBeAbsent()
  @IsNumber()
  by_ms?: number;
}

/** Damaged data that was rebuilt in this run of the service. */
export class EngineRebuilt {
  @IsTime()
  at!: string;

  @IsText()
  from!: string;

  @IsInteger(0)
  events!: number;

  @IsInteger(0)
  queued!: number;

  @IsText()
  kept!: string;
}

export class EngineReport {
  @IsText()
  kind!: string;

  @IsText()
  state!: string;

  @MayBeAbsent()
  @IsInteger(1)
  pid?: number;

  @MayBeAbsent()
  @IsText()
  version?: string;

  /** Why it failed, as a sentence. */
  @MayBeAbsent()
  @IsText()
  cause?: string;

  /** The same as a word for programs, where the fault has one. */
  @MayBeAbsent()
  @IsText()
  reason?: string;

  @MayBeAbsent()
  @IsObject(EngineRebuilt)
  rebuilt?: EngineRebuilt;
}
