import { chmod, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serverBinary } from '../support/spacetimedb.ts';
import { tempFolder } from '../support/temp-folder.ts';

export interface ServerThat extends AsyncDisposable {
  /** A folder for the script, named by `$HERE` in it. */
  folder: string;
  /** From now on it is the real server and nothing else. */
  becomeReal(): Promise<void>;
}

/**
 * Has services that start within its block find a server that first runs the given shell script, then is the real one.
 * `$1` is the subcommand, `$5` the server's data folder.
 */
export async function serverThat(script: string): Promise<ServerThat> {
  const folder = await tempFolder();
  const path = join(folder.path, 'spacetimedb-standalone');
  const real = serverBinary();
  const write = async (lines: string): Promise<void> => {
    const text = `#!/bin/sh\nHERE='${folder.path}'\n${lines}\nexec '${real}' "$@"\n`;
    await writeFile(`${path}.new`, text);
    await chmod(`${path}.new`, 0o755);
    await rename(`${path}.new`, path);
  };
  await write(script);
  const before = process.env['HEYCAT_SPACETIMEDB_BIN'];
  process.env['HEYCAT_SPACETIMEDB_BIN'] = path;
  return {
    folder: folder.path,
    becomeReal: () => write(''),
    async [Symbol.asyncDispose]() {
      if (before === undefined) delete process.env['HEYCAT_SPACETIMEDB_BIN'];
      else process.env['HEYCAT_SPACETIMEDB_BIN'] = before;
      await folder[Symbol.asyncDispose]();
    },
  };
}
