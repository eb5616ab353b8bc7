import { CommandHandler, EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { matchWindowContext } from '../../dictation/rules/window-context-matching.ts';
import { type ActiveWindowChanged, LiveEvent } from '../../events/live-event.ts';
import { appliedWithoutWriting, CommandOf } from '../command.ts';
import type { Applied } from '../command-ledger.ts';
import { IsId, IsInteger, IsName, IsOptional, IsText, MayBeNull } from '../../fields/fields.ts';
import { LIMITS } from '../../fields/limits.ts';
import { ActiveWindowHolder } from './active-window.ts';
import { titleMatches } from './title-pattern.ts';
import type { WindowContextRow } from '../../events/rows.ts';

/** The window contexts as they are now. */
export abstract class WindowContexts {
  /** All of them, in any order, without asking the engine. */
  abstract list(): readonly WindowContextRow[];
}

class MatchedContext {
  /** Null where none matches. */
  @MayBeNull()
  @IsId()
  context_id!: number | null;

  @MayBeNull()
  @IsName(LIMITS.name_chars)
  context_name!: string | null;
}

/** The host reports which window has the keyboard; a backend cannot see it. */
export class ReportActiveWindow extends CommandOf(MatchedContext) {
  @IsName(LIMITS.window_app_chars)
  app_name!: string;

  @IsOptional()
  @IsText(LIMITS.window_title_chars)
  title?: string;

  @IsOptional()
  @IsInteger(0)
  pid?: number;
}

/**
 * Publishes `active_window_changed` when the window or its context is another than before.
 * Nothing is written: the answer's seq is 0, which every read has already reached.
 */
@CommandHandler(ReportActiveWindow)
export class ReportActiveWindowHandler implements ICommandHandler<ReportActiveWindow> {
  #published = '';

  constructor(
    private readonly contexts: WindowContexts,
    private readonly events: EventBus,
    private readonly active: ActiveWindowHolder,
  ) {}

  execute(command: ReportActiveWindow): Promise<Applied<MatchedContext>> {
    const { app_name, title, pid } = command;
    const window = { app_name, title: title ?? null, pid: pid ?? null };
    this.active.current = { app_name, title: window.title };
    const context = matchWindowContext(this.contexts.list(), window, titleMatches);
    const matched = { context_id: context?.id ?? null, context_name: context?.name ?? null };
    this.#publishOnce({ ...window, ...matched });
    return Promise.resolve(appliedWithoutWriting(command, matched));
  }

  #publishOnce(payload: ActiveWindowChanged): void {
    const json = JSON.stringify(payload);
    if (json === this.#published) return;
    this.#published = json;
    this.events.publish(new LiveEvent('active_window_changed', payload));
  }
}
