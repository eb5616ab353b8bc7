import type { Area } from '../events/areas.ts';
import type { ChangeBatch } from '../events/change-feed.ts';
import type { DomainEvent } from '../events/domain-event.ts';
import { HeycatError } from '../errors.ts';
import type { AreaRows, RowChange } from '../events/rows.ts';
import { canonicalJson } from './canonical-json.ts';
import { dictionary } from './dictionary.ts';
import type { Projection } from './projection.ts';
import { recordings } from './recordings.ts';
import { rowKey, type OrderedRows, type RowKey } from './row-projection.ts';
import { settings } from './settings.ts';
import type { CapturedModels, Snapshot } from './snapshot.ts';
import { statistics } from './statistics.ts';
import { voiceCommands } from './voice-commands.ts';
import { windowContexts } from './window-contexts.ts';
import { IsInteger, IsSeq, IsText, MayBeAbsent } from '../fields/fields.ts';

/** The projection that holds each area's rows. */
const AREA_PROJECTIONS: Readonly<Record<Area, Projection<unknown>>> = {
  recordings,
  settings,
  dictionary,
  voice_commands: voiceCommands,
  window_contexts: windowContexts,
};

export class ProjectionStatus {
  @IsText()
  name!: string;

  @IsInteger(1)
  version!: number;

  /** Seq of the newest event that it holds. */
  @IsSeq()
  seq!: number;

  /** Why it stopped there, if it did. */
  @MayBeAbsent()
  @IsText()
  failed?: string;
}

interface Slot {
  readonly projection: Projection<unknown>;
  state: unknown;
  failure?: { seq: number; cause: unknown };
}

/** What a batch did to the read models. */
export interface Applied {
  /** The batch's events that no earlier batch had brought. */
  events: readonly DomainEvent[];
  areas: ReadonlySet<Area>;
  /** Projections that this batch stopped. */
  failures: readonly { name: string; cause: unknown }[];
}

/** All read models, at one seq. {@link ReadModels.apply} changes them; rows in them are never mutated. */
export class ReadModels {
  #epoch = '';
  #seq = 0;
  #stale = true;
  #loaded = Promise.resolve();
  readonly #slots: ReadonlyMap<unknown, Slot>;
  readonly #waiters = new SeqWaiters();

  /** @param derived projections beside those that hold the areas' rows. */
  constructor(derived: readonly Projection<unknown>[] = [statistics]) {
    const projections: Projection<unknown>[] = [...Object.values(AREA_PROJECTIONS), ...derived];
    this.#slots = new Map(
      projections.map((projection) => [projection, { projection, state: projection.initial() }]),
    );
  }

  /** Empty before the first baseline, unless a snapshot was restored. */
  get epoch(): string {
    return this.#epoch;
  }

  /** Seq of the newest event contained, 0 where there is none: `as_of_seq` of every answer. */
  get seq(): number {
    return this.#seq;
  }

  /** True until a baseline has come: what is held is as an earlier run of the service left it, or nothing. */
  get stale(): boolean {
    return this.#stale;
  }

  /** Settles when everything held is in memory: who reads all rows waits, so that no pages are read at once. */
  get loaded(): Promise<void> {
    return this.#loaded;
  }

  /** Takes up what an earlier run saved, before anything is applied. */
  restore({ epoch, seq, contents, loaded }: Snapshot): void {
    for (const slot of this.#slots.values()) {
      slot.state = slot.projection.initial(contents[slot.projection.name]);
    }
    this.#epoch = epoch;
    this.#seq = seq;
    this.#loaded = loaded;
  }

  /** What {@link restore} takes up; undefined while it would not be worth it: stale, or without a stopped projection. */
  capture(): CapturedModels | undefined {
    const running = this.#running();
    if (this.#stale || running.length < this.#slots.size) return undefined;
    const contents = Object.fromEntries(
      running.map(({ projection, state }) => [projection.name, projection.content(state).slice()]),
    );
    return { epoch: this.#epoch, seq: this.#seq, contents };
  }

  /**
   * Never throws. A transaction that is older than the read models, or of another epoch than their baseline, changes
   * nothing and gives undefined.
   */
  apply(batch: ChangeBatch): Applied | undefined {
    const sameEpoch = batch.epoch === this.#epoch;
    const follows = sameEpoch && batch.seq >= this.#seq && !this.#stale;
    if (batch.kind === 'transaction' && !follows) return undefined;
    const events = sameEpoch ? batch.events.filter((event) => event.seq > this.#seq) : batch.events;
    const areas = new Set(events.map((event) => event.area));
    const running = this.#running();
    for (const change of inApplyOrder(batch.changes)) {
      const effective = this.#againstHeld(change);
      if (effective === undefined) continue;
      areas.add(effective.area);
      for (const slot of running) this.#project(slot, effective);
    }
    this.#epoch = batch.epoch;
    this.#seq = batch.seq;
    this.#stale = false;
    this.#waiters.wake(batch.seq);
    const failures = running.flatMap(({ projection, failure }) =>
      failure === undefined ? [] : [{ name: projection.name, cause: failure.cause }],
    );
    return { events, areas, failures };
  }

  /**
   * The state of a projection, for reading within the same synchronous step.
   * @throws HeycatError INTERNAL when it stopped, since its answer would not be as of {@link seq}.
   */
  read<State>(projection: Projection<State>): State {
    const slot = this.#slots.get(projection);
    if (slot === undefined || slot.failure !== undefined) {
      throw new HeycatError(
        'INTERNAL',
        `The read model ${projection.name} has stopped; see the log, then restart the service.`,
        { projection: projection.name },
      );
    }
    return slot.state as State;
  }

  /** The row that an area holds under a key, or undefined. Throws as {@link read}. */
  row<A extends Area>(area: A, key: RowKey): AreaRows[A] | undefined {
    return (this.read(AREA_PROJECTIONS[area]) as OrderedRows<RowKey, AreaRows[A]>).get(key);
  }

  describe(): ProjectionStatus[] {
    return [...this.#slots.values()].map(({ projection: { name, version }, failure }) =>
      failure === undefined
        ? { name, version, seq: this.#seq }
        : { name, version, seq: failure.seq, failed: errorName(failure.cause) },
    );
  }

  /** By name, what each projection's query answers without arguments; stopped ones are left out. */
  snapshot(): Record<string, unknown> {
    return Object.fromEntries(
      this.#running().map(({ projection, state }) => [projection.name, projection.view(state)]),
    );
  }

  /**
   * Canonical text of everything held. Equal to that of new read models which got the same rows in any other way;
   * as long as the data, so compare digests of it.
   */
  fingerprint(): string {
    return canonicalJson(
      Object.fromEntries(
        this.#running().map(({ projection, state }) => [projection.name, projection.content(state)]),
      ),
    );
  }

  /** @throws HeycatError NOT_YET with details {seq, as_of_seq} when seq is not reached within timeoutMs. */
  async waitFor(seq: number, timeoutMs: number): Promise<void> {
    if (seq <= this.#seq) return;
    if (timeoutMs <= 0) throw notYet(seq, this.#seq);
    await this.#waiters.add(seq, timeoutMs, () => this.#seq);
  }

  /** Refuses whoever still waits. */
  close(): void {
    this.#waiters.close(this.#seq);
  }

  #running(): Slot[] {
    return [...this.#slots.values()].filter((slot) => slot.failure === undefined);
  }

  /** The change as seen from the held row, so that delivering it again is none; undefined when it is none. */
  #againstHeld(change: RowChange): RowChange | undefined {
    const key = changedKey(change);
    const rows = this.#slots.get(AREA_PROJECTIONS[change.area])?.state as OrderedRows<RowKey, unknown>;
    const before = key === undefined ? undefined : (rows.get(key) as RowChange['before']);
    const { after } = change;
    if (before === after) return undefined;
    if (before?.seq === after?.seq && canonicalJson(before) === canonicalJson(after)) return undefined;
    return { area: change.area, before, after } as RowChange;
  }

  #project(slot: Slot, change: RowChange): void {
    if (slot.failure !== undefined) return;
    try {
      slot.projection.apply(slot.state, change);
    } catch (cause) {
      slot.failure = { seq: this.#seq, cause };
    }
  }
}

interface Waiter {
  seq: number;
  settle: (error?: HeycatError) => void;
}

/** Those who wait until the read models hold a seq. */
class SeqWaiters {
  readonly #waiting = new Set<Waiter>();

  /** @throws HeycatError NOT_YET with details {seq, as_of_seq} once timeoutMs is over. */
  add(seq: number, timeoutMs: number, asOfSeq: () => number): Promise<void> {
    return new Promise((resolve, reject) => {
      const tooLate = () => waiter.settle(notYet(seq, asOfSeq()));
      const timer = setTimeout(tooLate, timeoutMs);
      const settle = (error?: HeycatError) => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
        if (error === undefined) resolve();
        else reject(error);
      };
      const waiter: Waiter = { seq, settle };
      this.#waiting.add(waiter);
    });
  }

  /** Lets everyone go who waits for this seq or an earlier one. */
  wake(seq: number): void {
    for (const waiter of this.#waiting) if (waiter.seq <= seq) waiter.settle();
  }

  /** Refuses everyone who still waits, so that no timer outlives the service. */
  close(asOfSeq: number): void {
    for (const waiter of this.#waiting) waiter.settle(notYet(waiter.seq, asOfSeq));
  }
}

function notYet(seq: number, asOfSeq: number): HeycatError {
  return new HeycatError('NOT_YET', undefined, { seq, as_of_seq: asOfSeq });
}

/** Only the name: a message might quote dictated text. */
function errorName(cause: unknown): string {
  return cause instanceof Error ? cause.name : typeof cause;
}

/** The key of the row that a change is about. */
function changedKey(change: RowChange): RowKey | undefined {
  const row = change.after ?? change.before;
  return row === undefined ? undefined : rowKey(row);
}

/**
 * The same changes with removals from the newest row down, then the rest from the oldest up. Changes of one
 * transaction come in no order; in this one a baseline of any size only appends to and shortens the read models.
 */
function inApplyOrder(changes: readonly RowChange[]): readonly RowChange[] {
  if (changes.length < 2) return changes;
  const removed = changes.filter((change) => change.after === undefined).sort(byKey);
  const kept = changes.filter((change) => change.after !== undefined).sort(byKey);
  return [...removed.toReversed(), ...kept];
}

function byKey(a: RowChange, b: RowChange): number {
  if (a.area !== b.area) return a.area < b.area ? -1 : 1;
  const [left, right] = [changedKey(a), changedKey(b)];
  if (left === undefined || right === undefined || left === right) return 0;
  return left < right ? -1 : 1;
}
