import type { ConnectionReport } from '../../events/change-feed.ts';

/** What `get_status` tells about the service beside its read models. */
export abstract class StatusSource {
  abstract process(): ProcessStatus;
  abstract engine(): EngineReport;
  abstract connection(): ConnectionReport;
  abstract queue(): { pending: number; dead: number };
  abstract backup(): BackupReport;
  abstract clock(): ClockReport;
  /** Authenticated connections. */
  abstract clients(): number;
}

export interface ProcessStatus {
  pid: number;
  version: string;
  instance_id: string;
  /** ISO 8601. */
  started_at: string;
}

export interface BackupReport {
  /** When the newest daily backup was made, ISO 8601; null when there is none. */
  last_at: string | null;
  /** Why the last try failed, as a sentence. */
  error?: string;
}

/** What last happened to the clock; `steady` when that is ten minutes ago, or nothing did. */
export interface ClockReport {
  /** `slept`: the computer did. `jumped`: the time of day was set. */
  state: 'steady' | 'slept' | 'jumped';
  /** When it was noticed, by the clock as it was then, ISO 8601. */
  at?: string;
  /** How long it slept; or by how much the clock was set forward, negative: back. */
  by_ms?: number;
}

export interface EngineReport {
  kind: string;
  state: string;
  pid?: number;
  version?: string;
  /** Why it failed, as a sentence. */
  cause?: string;
  /** The same as a word for programs, where the fault has one. */
  reason?: string;
  /** Set when its data was damaged and made anew in this run of the service. */
  rebuilt?: { at: string; from: string; events: number; queued: number; kept: string };
}
