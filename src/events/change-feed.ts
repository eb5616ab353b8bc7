import type { DomainEvent } from './domain-event.ts';
import type { Area } from './areas.ts';
import { IsOneOf, IsText, IsTime, MayBeAbsent } from '../fields/fields.ts';
import { CONNECTION_STATES, type ConnectionState } from './live-event.ts';
import type { AreaRows, RowChange } from './rows.ts';

/** The receipt that a command left in its own transaction. */
export interface Receipt {
  command_id: string;
  first_seq: number;
  /** first_seq - 1 when the command changed nothing. */
  last_seq: number;
  result: Record<string, unknown>;
  created_at: string;
}

/** What one transaction changed, or what differs between the read models and a fresh baseline. */
export interface ChangeBatch {
  kind: 'baseline' | 'transaction';
  /** One life of the engine's history; seqs compare only within it. */
  epoch: string;
  /** Seq of the newest event that the changes contain. */
  seq: number;
  /** At most one per row, in no order. */
  changes: readonly RowChange[];
  /** In order of seq, without gap or repeat across batches of one epoch. */
  events: readonly DomainEvent[];
  receipt?: Receipt;
}

/** The rows of an earlier run of the service, from which the first baseline is the difference. */
export interface KnownRows {
  epoch: string;
  seq: number;
  rows<A extends Area>(area: A): readonly AreaRows[A][];
}

/** How the way to the engine is, for `get_status`. */
export class ConnectionReport {
  @IsOneOf(CONNECTION_STATES)
  state!: ConnectionState;

  /** Why the last session ended, or none could be opened; absent while all is well. */
  @MayBeAbsent()
  @IsText()
  cause?: string;

  /** When the state began. */
  @IsTime()
  since!: string;
}

export interface ChangeFeedListener {
  /** Runs synchronously and must not throw; the command that caused the batch is answered afterwards. */
  onBatch?(batch: ChangeBatch): void;
  /** A session is open, and its baseline was delivered. */
  onConnected?(): void;
  /** About once a second while the engine answers. */
  onHeartbeat?(): void;
}

/** Where changes come from: every batch once, in commit order, the baseline of each connection first. */
export abstract class ChangeFeed {
  /** @returns a function that ends the subscription. */
  abstract listen(listener: ChangeFeedListener): () => void;
}
