import { Catch, Logger, type ArgumentsHost, type RpcExceptionFilter } from '@nestjs/common';
import { throwError, type Observable } from 'rxjs';
import { HeycatError } from '../../../errors.ts';
import type { IpcContext } from './request.ts';

/** Keeps a controller's error as it is; Nest would otherwise answer every one with «Internal server error». */
@Catch()
export class RpcErrorFilter implements RpcExceptionFilter {
  readonly #logger = new Logger('Ipc');

  catch(thrown: unknown, host: ArgumentsHost): Observable<never> {
    const error = HeycatError.from(thrown);
    if (error.code === 'INTERNAL') this.#log(error, host);
    return throwError(() => error);
  }

  /** Method and cause only: params may hold dictated text. */
  #log(error: HeycatError, host: ArgumentsHost): void {
    const { method } = host.switchToRpc().getContext<IpcContext>();
    const cause = error.cause ?? error;
    const text = typeof cause === 'string' ? cause : typeof cause;
    this.#logger.error(`${method} failed: ${error.message}`, cause instanceof Error ? cause.stack : text);
  }
}
