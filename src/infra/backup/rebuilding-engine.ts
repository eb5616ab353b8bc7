import { Logger, type OnModuleDestroy } from '@nestjs/common';
import type { EventBus } from '@nestjs/cqrs';
import { HeycatError } from '../../errors.ts';
import { LiveEvent } from '../../events/live-event.ts';
import type { openEngine } from '../database/choose-engine.ts';
import type { EngineConnection } from '../database/connection/engine-connection.ts';
import type { LocalEngine } from '../database/current-engine.ts';
import type { Engine, EngineEndpoint, EngineStatus, Rebuilt } from '../database/engine.ts';
import { commandsBehind, lastKnown, type Behind } from './commands-behind.ts';
import { openNewest, type ChosenBackup } from './newest-backup.ts';
import { replaceData } from './replace-data.ts';

interface RebuildingOptions {
  engine: Engine;
  kind: LocalEngine;
  /** Its lock is held. */
  dataDir: string;
  /** What is in the engine's journal; undefined when a part of it cannot be read. */
  entries: () => Behind['entries'];
  /** Knows the history of this run, and how far it went; it exists once the engine does. */
  connection: () => Pick<EngineConnection, 'epoch' | 'seq' | 'report'>;
  /** Gets an event when a rebuild begins. */
  events: Pick<EventBus, 'publish'>;
  /** Makes an engine in a folder of `engine/`; the real ones when absent. */
  open?: typeof openEngine;
}

/**
 * An engine that is rebuilt when its data is damaged: from the newest intact backup and then the journal, if by all
 * that is known nothing is missing between the two. Once in its life: what is damaged again at once is left alone.
 */
export class RebuildingEngine implements Engine, OnModuleDestroy {
  readonly #log = new Logger('RebuildingEngine');
  readonly #options: RebuildingOptions;
  readonly #ended = new AbortController();
  #hasTried = false;
  #underWay: string | undefined;
  /** Why it was not rebuilt, with what can be done. */
  #advice: string | undefined;
  #rebuilt: Rebuilt | undefined;
  #starting: Promise<EngineEndpoint> | undefined;

  constructor(options: RebuildingOptions) {
    this.#options = options;
  }

  get status(): EngineStatus {
    const { status } = this.#options.engine;
    const rebuilt = this.#rebuilt && { rebuilt: this.#rebuilt };
    if (this.#underWay !== undefined)
      return { kind: status.kind, state: 'starting', cause: this.#underWay, reason: 'rebuilding' };
    const isAdvised = status.reason === 'log_corrupt' && this.#advice !== undefined;
    return { ...status, ...(isAdvised && { cause: this.#advice }), ...rebuilt };
  }

  get onExit(): Engine['onExit'] {
    return this.#options.engine.onExit;
  }

  set onExit(listener: Engine['onExit']) {
    this.#options.engine.onExit = listener;
  }

  start(): Promise<EngineEndpoint> {
    this.#starting ??= this.#start().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  async stop(): Promise<void> {
    this.giveUp();
    await this.#options.engine.stop();
  }

  onModuleDestroy(): void {
    this.giveUp();
  }

  /** Ends a rebuild that is under way; the data is then as it was. */
  giveUp(): void {
    if (this.#underWay === undefined) return;
    this.#ended.abort(new HeycatError('CANCELLED', 'The service ends; the rebuild was cancelled.'));
  }

  async #start(): Promise<EngineEndpoint> {
    const { engine } = this.#options;
    try {
      return await engine.start();
    } catch (thrown) {
      const damage = HeycatError.from(thrown);
      if (damage.details['reason'] !== 'log_corrupt') throw damage;
      if (this.#hasTried) throw this.#advised(damage);
      this.#hasTried = true;
      await this.#rebuild(damage);
    }
    return engine.start();
  }

  async #rebuild(damage: HeycatError): Promise<void> {
    try {
      const chosen = await openNewest(this.#options.dataDir);
      await using _open = chosen.backup;
      await this.#replace(chosen, damage);
    } catch (thrown) {
      this.#advice = `${damage.message} It was not rebuilt by itself: ${HeycatError.from(thrown).message}`;
      this.#log.warn(this.#advice);
      throw this.#advised(damage);
    } finally {
      this.#underWay = undefined;
    }
  }

  async #replace({ backup, file }: ChosenBackup, damage: HeycatError): Promise<void> {
    const { dataDir, kind, open } = this.#options;
    const { header } = backup;
    await this.#behind(header);
    this.#underWay = `The data is damaged, and is rebuilt from ${file} and the commands behind it.`;
    this.#log.warn(`${damage.message} ${this.#underWay}`);
    this.#announce(this.#underWay);
    let queued = 0;
    const switchedToo = async (): Promise<object> => {
      // More may have come meanwhile. Journal and cache are in use, and stay: the next session corrects both.
      queued = await this.#behind(header);
      return {};
    };
    const { kept } = await replaceData(
      { dataDir, kind, open, signal: this.#ended.signal, switchedToo },
      backup,
    );
    this.#rebuilt = {
      at: new Date().toISOString(),
      from: file,
      events: header.events,
      queued,
      kept: kept[0]!,
    };
    this.#log.warn(
      `The data was rebuilt: ${header.events} events from ${file}, and ${queued} commands of the journal follow. What was damaged stays in ${kept[0]}.`,
    );
  }

  #announce(error: string): void {
    const { connection, events } = this.#options;
    const { state } = connection().report;
    events.publish(new LiveEvent('connection_status', { connected: false, state, error }));
  }

  /** @returns how many commands follow. @throws HeycatError CONFLICT when something is missing. */
  async #behind({
    epoch,
    events,
    made_at,
  }: {
    epoch: string;
    events: number;
    made_at: string;
  }): Promise<number> {
    const { dataDir, entries, connection } = this.#options;
    const { epoch: own, seq } = connection();
    const known = own === undefined ? await lastKnown(dataDir) : { epoch: own, seq };
    const behind = commandsBehind({ entries: entries(), known }, { epoch, events });
    if (behind !== undefined) return behind;
    const last = known?.epoch === epoch && known.seq > events ? `, of ${known.seq} that were known` : '';
    const sentence = `between the newest backup and the journal something is missing; \`heycat restore --latest\` would bring back what there was on ${made_at}: ${events} events${last}.`;
    throw new HeycatError('CONFLICT', sentence);
  }

  #advised({ code, message, details, cause }: HeycatError): HeycatError {
    return new HeycatError(code, this.#advice ?? message, details, { cause });
  }
}
