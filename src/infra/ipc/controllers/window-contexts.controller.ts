import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Payload } from '@nestjs/microservices';
import { AddWindowContext } from '../../../commands/window-contexts/add-window-context.ts';
import { DeleteWindowContext } from '../../../commands/window-contexts/delete-window-context.ts';
import { ReportActiveWindow } from '../../../commands/window-contexts/report-active-window.ts';
import { UpdateWindowContext } from '../../../commands/window-contexts/update-window-context.ts';
import { ListWindowContexts } from '../../../queries/window-contexts/list-window-contexts.ts';
import { IpcController } from '../transport/ipc-controller.ts';
import { Method } from '../openrpc/method.ts';

@IpcController()
export class WindowContextsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Method('Adds a window context.', { errors: ['NOT_FOUND'] })
  add_window_context(@Payload() command: AddWindowContext) {
    return this.commands.execute(command);
  }

  @Method('Changes the given fields of a window context; null empties its title_pattern.')
  update_window_context(@Payload() command: UpdateWindowContext) {
    return this.commands.execute(command);
  }

  @Method('Deletes a window context.')
  delete_window_context(@Payload() command: DeleteWindowContext) {
    return this.commands.execute(command);
  }

  @Method('Reports which window has the keyboard; writes nothing, so the answer’s seq is 0.')
  report_active_window(@Payload() command: ReportActiveWindow) {
    return this.commands.execute(command);
  }

  @Method('All window contexts.')
  list_window_contexts(@Payload() query: ListWindowContexts) {
    return this.queries.execute(query);
  }
}
