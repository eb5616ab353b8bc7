import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes an executable that runs the given JavaScript (CommonJS); gives its path. */
export async function fakeProgram(folder: string, name: string, javascript: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!${process.execPath}\n${javascript}`);
  await chmod(path, 0o755);
  return path;
}

/** A stand-in for the server, for what the real one never does; `port` is the one it was told to listen on. */
export async function fakeServer(folder: string, behaviour: string): Promise<string> {
  return fakeProgram(
    folder,
    'spacetimedb-standalone',
    `const fs = require('node:fs'), http = require('node:http');
     const argument = (name) => process.argv[process.argv.indexOf(name) + 1];
     if (process.argv[2] === '--version') { console.log('spacetimedb tool version 9.8.7;'); process.exit(0); }
     fs.appendFileSync(${JSON.stringify(join(folder, 'starts'))}, process.pid + '\\n');
     const port = Number(argument('--listen-addr').split(':')[1]);
     const answer = (request, response) => response.end();
     ${behaviour}`,
  );
}
