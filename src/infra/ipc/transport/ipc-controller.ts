import { applyDecorators, Controller, UseFilters, UsePipes } from '@nestjs/common';
import { RpcErrorFilter } from './rpc-error.filter.ts';
import { ValidationPipe } from './validation.pipe.ts';

/** A controller of the local socket. What it needs is its own, so that a host's other controllers are left alone. */
export const IpcController = (): ClassDecorator =>
  applyDecorators(Controller(), UseFilters(RpcErrorFilter), UsePipes(ValidationPipe));
