import type { EventBus } from '@nestjs/cqrs';
import * as fc from 'fast-check';
import {
  ReportActiveWindow,
  ReportActiveWindowHandler,
} from '../../../src/commands/window-contexts/report-active-window.ts';
import { ActiveWindowHolder } from '../../../src/commands/window-contexts/active-window.ts';
import { titleMatches } from '../../../src/commands/window-contexts/title-pattern.ts';
import { matchWindowContext } from '../../../src/dictation/rules/window-context-matching.ts';
import { LiveEvent } from '../../../src/events/live-event.ts';
import type { WindowContextRow } from '../../../src/events/rows.ts';
import { Published } from '../../support/published.ts';
import { toMessage } from './support.ts';

function context(id: number, change: Partial<WindowContextRow> = {}): WindowContextRow {
  return {
    id,
    name: `context ${id}`,
    app_name: 'Thunderbird',
    title_pattern: null,
    enabled: true,
    priority: 0,
    dictionary_mode: 'merge',
    command_mode: 'merge',
    dictionary_entry_ids: [],
    voice_command_ids: [],
    created_at: '2026-05-01T08:00:00.000Z',
    updated_at: '2026-05-01T08:00:00.000Z',
    seq: id,
    ...change,
  };
}

const match = (contexts: WindowContextRow[], app_name: string, title: string | null = 'Inbox') =>
  matchWindowContext(contexts, { app_name, title }, titleMatches)?.id;

describe('matching', () => {
  it.each<[string, Partial<WindowContextRow>, [string, string | null], boolean]>([
    ['the application', {}, ['Thunderbird', 'Inbox'], true],
    ['the application in another case', {}, ['tHUNDERBIRD', 'Inbox'], true],
    ['no title', {}, ['Thunderbird', null], true],
    ['another application', {}, ['Thunder', 'Inbox'], false],
    ['a context that is off', { enabled: false }, ['Thunderbird', 'Inbox'], false],
    ['a pattern within the title', { title_pattern: 'bo[xz]' }, ['Thunderbird', 'My inBOX (3)'], true],
    ['a pattern with letters of any script', { title_pattern: '^\\p{L}+$' }, ['Thunderbird', 'Über'], true],
    ['a pattern that is not in the title', { title_pattern: '^box' }, ['Thunderbird', 'Inbox'], false],
  ])('CM16 %s', (_, change, [app, title], expected) => {
    expect(match([context(1, change)], app, title)).toBe(expected ? 1 : undefined);
  });

  it('CM16 the highest priority wins, then the newest, in whatever order they come', () => {
    const contexts = [
      context(1, { priority: 5 }),
      context(2, { priority: 9 }),
      context(3, { priority: 9 }),
      context(4),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(contexts, { minLength: 1 }), (some) => {
        const best = Math.max(...some.map(({ priority }) => priority));
        const newest = Math.max(...some.filter(({ priority }) => priority === best).map(({ id }) => id));
        expect(match(some, 'Thunderbird')).toBe(newest);
      }),
    );
  });

  it('CM16 a context whose pattern does not match stands back for one with a lower priority', () => {
    expect(match([context(1, { priority: 9, title_pattern: 'Sent' }), context(2)], 'Thunderbird')).toBe(2);
  });

  it.each([
    ['does not compile', '(', 'Inbox'],
    ['meets no title', '.*', null],
    ['runs away', '^(a+)+$', `${'a'.repeat(60)}!`],
  ])('CM17 a pattern that %s does not match', (_, title_pattern, title) => {
    const started = performance.now();
    expect(match([context(1, { title_pattern })], 'Thunderbird', title)).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('report_active_window', () => {
  function service() {
    const events = new Published();
    const contexts: WindowContextRow[] = [];
    const handler = new ReportActiveWindowHandler(
      { list: () => contexts },
      events as unknown as EventBus,
      new ActiveWindowHolder(),
    );
    return {
      told: events.events,
      contexts,
      report: (params: object) => handler.execute(toMessage(ReportActiveWindow, params)),
    };
  }

  it('CM18 a new window is told with its context', async () => {
    const { told, contexts, report } = service();
    contexts.push(context(4));
    const command_id = '0c9d1c4e-6a0e-4c1e-9a3e-0d8b1b7a2f10';
    const answer = await report({ app_name: 'Thunderbird', title: 'Inbox', pid: 12, command_id });
    expect(answer).toEqual({
      status: 'applied',
      command_id,
      seq: 0,
      result: { context_id: 4, context_name: 'context 4' },
    });
    expect(told).toEqual([
      new LiveEvent('active_window_changed', {
        app_name: 'Thunderbird',
        title: 'Inbox',
        pid: 12,
        context_id: 4,
        context_name: 'context 4',
      }),
    ]);
  });

  it('CM18 the same window is told once, a changed title, process or context again', async () => {
    const { told, contexts, report } = service();
    const window = { app_name: 'Thunderbird', title: 'Inbox', pid: 12 };
    await report(window);
    await report(window);
    expect(told).toHaveLength(1);
    await report({ ...window, title: 'Sent' });
    await report({ ...window, title: 'Sent', pid: 13 });
    expect(told).toHaveLength(3);
    contexts.push(context(1));
    await report({ ...window, title: 'Sent', pid: 13 });
    expect(told.at(-1)!.payload).toMatchObject({ context_id: 1 });
    contexts.pop();
    await report({ app_name: 'Thunderbird', title: null, pid: null });
    expect(told.at(-1)!.payload).toEqual({
      app_name: 'Thunderbird',
      title: null,
      pid: null,
      context_id: null,
      context_name: null,
    });
  });

  it('CM18 a command_id is made where none is given', async () => {
    expect((await service().report({ app_name: 'a' })).command_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('CM15 title patterns compile in Unicode mode or are refused', async () => {
    const { AddWindowContext } = await import('../../../src/commands/window-contexts/add-window-context.ts');
    const add = (title_pattern: string) =>
      toMessage(AddWindowContext, { name: 'a', app_name: 'b', title_pattern });
    for (const good of ['Inbox', '^\\p{Lu}', 'a|b', '(?<n>x)\\k<n>', '😀']) expect(add(good)).toBeDefined();
    for (const bad of ['(', '[', '*', 'a{2,1}', '\\p{Nope}', '\\-', '']) {
      expect(() => add(bad)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error);
    }
  });
});
