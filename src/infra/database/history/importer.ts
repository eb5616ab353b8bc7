import { BinaryWriter } from '@clockworklabs/spacetimedb-sdk';
import { ImportBatch, type CommandReceipt, type LoggedEvent, type StreamHead } from '../bindings/index.ts';
import { SdkConnection } from '../connection/sdk-connection.ts';
import { deferred, type Deferred } from '../../process/waiting.ts';
import { HeycatError } from '../../../errors.ts';
import type { EngineEndpoint } from '../engine.ts';
import { DEADLINE_MS, type ExactRow } from './exact-rows.ts';
import type { Page } from './user-rows.ts';

const BATCH_BYTES = 512 * 1024;
const BATCH_ROWS = 500;

/** Writes a user's history into an engine that has none of it; the module makes the state from it. */
export class Importer implements Disposable {
  #connection!: SdkConnection;
  #answer: Deferred<void> | undefined;
  #end: HeycatError | undefined;
  #nextSeq = 1n;
  #epoch: string | undefined;

  private constructor() {}

  /** @throws HeycatError ENGINE_UNAVAILABLE or NOT_AUTHORIZED. */
  static async open(endpoint: EngineEndpoint): Promise<Importer> {
    const importer = new Importer();
    importer.#connection = await SdkConnection.open(endpoint, DEADLINE_MS, {
      onTransaction: ({ outcome }) => {
        if (outcome === undefined) return;
        if (outcome.error === undefined) importer.#answer?.resolve();
        else importer.#answer?.reject(HeycatError.parse(outcome.error));
      },
      onDown: (cause) => importer.#fail(cause),
    });
    return importer;
  }

  /**
   * Takes the pages of {@link readAll} in their order.
   * @throws HeycatError the module's refusal, or ENGINE_UNAVAILABLE when the outcome cannot be known.
   */
  async take({ table, rows }: Page): Promise<void> {
    if (table === 'stream_heads') this.#epoch = (rows[0]!.value as unknown as StreamHead).epoch;
    else if (table === 'event_log') await this.#events(rows as unknown as ExactRow<LoggedEvent>[]);
    else if (table === 'command_receipts')
      for (const batch of batches(rows as unknown as ExactRow<CommandReceipt>[]))
        await this.#import([], batch);
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }

  async #events(rows: ExactRow<LoggedEvent>[]): Promise<void> {
    const inOrder = rows.sort((a, b) => Number(a.value.seq - b.value.seq));
    for (const batch of batches(inOrder)) {
      // A gap in the log is refused here: numbered again, its seqs would not be those that clients know.
      this.#nextSeq = batch[0]!.seq;
      await this.#import(batch, []);
      this.#nextSeq += BigInt(batch.length);
    }
  }

  async #import(events: LoggedEvent[], receipts: CommandReceipt[]): Promise<void> {
    if (this.#end !== undefined) throw this.#end;
    const writer = new BinaryWriter(BATCH_BYTES);
    const epoch = this.#nextSeq === 1n ? this.#epoch : undefined;
    ImportBatch.serialize(writer, { expectedNextSeq: this.#nextSeq, epoch, events, receipts });
    const answer = deferred<void>();
    this.#answer = answer;
    const late = setTimeout(() => this.#fail('the engine did not answer in time'), DEADLINE_MS);
    try {
      this.#connection.call('import_batch', writer.getBuffer());
      await answer.promise;
    } finally {
      clearTimeout(late);
    }
  }

  #fail(cause: string): void {
    this.#end = new HeycatError('ENGINE_UNAVAILABLE', `The import was cut off: ${cause}.`);
    this.#answer?.reject(this.#end);
  }
}

/** Each within what an engine takes in one call; a row that is larger alone goes alone. */
function* batches<T>(rows: Iterable<ExactRow<T>>): Generator<T[]> {
  let batch: T[] = [];
  let size = 0;
  for (const { value, bytes } of rows) {
    if (batch.length > 0 && (batch.length === BATCH_ROWS || size + bytes.length > BATCH_BYTES)) {
      yield batch;
      [batch, size] = [[], 0];
    }
    batch.push(value);
    size += bytes.length;
  }
  if (batch.length > 0) yield batch;
}
