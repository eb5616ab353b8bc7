import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { AddWindowContext } from '../../../commands/window-contexts/add-window-context.ts';
import { DeleteWindowContext } from '../../../commands/window-contexts/delete-window-context.ts';
import { ReportActiveWindow } from '../../../commands/window-contexts/report-active-window.ts';
import { UpdateWindowContext } from '../../../commands/window-contexts/update-window-context.ts';
import { ListWindowContexts } from '../../../queries/window-contexts/list-window-contexts.ts';
import type { MethodExtras } from '../openrpc/method-extras.ts';
import { IpcController } from '../transport/ipc-controller.ts';

@IpcController()
export class WindowContextsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @MessagePattern('add_window_context', {
    summary: 'Adds a window context.',
    errors: ['NOT_FOUND'],
  } satisfies MethodExtras)
  add(@Payload() command: AddWindowContext) {
    return this.commands.execute(command);
  }

  @MessagePattern('update_window_context', {
    summary: 'Changes the given fields of a window context; null empties its title_pattern.',
  } satisfies MethodExtras)
  update(@Payload() command: UpdateWindowContext) {
    return this.commands.execute(command);
  }

  @MessagePattern('delete_window_context', { summary: 'Deletes a window context.' } satisfies MethodExtras)
  delete(@Payload() command: DeleteWindowContext) {
    return this.commands.execute(command);
  }

  @MessagePattern('report_active_window', {
    summary: 'Tells which window has the keyboard; writes nothing, so the answer’s seq is 0.',
  } satisfies MethodExtras)
  reportActive(@Payload() command: ReportActiveWindow) {
    return this.commands.execute(command);
  }

  @MessagePattern('list_window_contexts', {
    summary: 'All window contexts.',
    answers: ['contexts', 'total_count'],
  } satisfies MethodExtras)
  list(@Payload() query: ListWindowContexts) {
    return this.queries.execute(query);
  }
}
