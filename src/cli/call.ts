import { text } from 'node:stream/consumers';
import { HeycatError } from '../errors.ts';
import { connect, type GlobalOptions } from './connect.ts';
import { answer, answerJson, endWithReader } from './terminal.ts';

/** `heycat call`: one request, its result on stdout. */
export async function call(method: string, params: object, options: GlobalOptions): Promise<void> {
  endWithReader();
  await using client = await connect(options);
  const result = await client.call(method, params);
  if (options.json) answerJson(result);
  else answer(JSON.stringify(result, undefined, 2));
}

/**
 * The params of a request: a JSON object, `-` to read one from standard input, or nothing.
 * @throws HeycatError INVALID_ARGUMENT
 */
export async function readParams(argument: string | undefined): Promise<object> {
  if (argument === undefined) return {};
  const json = argument === '-' ? await text(process.stdin) : argument;
  const params = parse(json);
  if (typeof params === 'object' && params !== null && !Array.isArray(params)) return params;
  throw new HeycatError('INVALID_ARGUMENT', 'params must be a JSON object, for example \'{"limit": 10}\'.', {
    field: 'params',
  });
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new HeycatError('INVALID_ARGUMENT', 'params is not valid JSON.', { field: 'params' }, { cause });
  }
}
