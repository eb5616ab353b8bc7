import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { HeycatError } from '../../../errors.ts';

const run = promisify(execFile);
const LOOPBACK = /^127\.0\.0\.1:([0-9]{1,5})$/;

/**
 * @returns the port.
 * @throws HeycatError ENGINE_UNAVAILABLE for every address but 127.0.0.1 with a port from 1 to 65535.
 */
export function assertLoopbackListen(address: string): number {
  const port = Number(LOOPBACK.exec(address)?.[1] ?? 0);
  if (port >= 1 && port <= 65_535 && !address.endsWith('\n')) return port;
  const sentence = `The server may only listen on 127.0.0.1, not on ${address}; it was not left running.`;
  throw new HeycatError('ENGINE_UNAVAILABLE', sentence, { address });
}

/**
 * Checks what the kernel says a process listens on.
 * @returns false while it listens on nothing.
 * @throws HeycatError ENGINE_UNAVAILABLE when any of the addresses is not 127.0.0.1 with that port.
 */
export function assertListeners(addresses: readonly string[], port: number): boolean {
  for (const address of addresses) {
    if (assertLoopbackListen(address) === port) continue;
    const sentence = `The server listens on ${address}, not on the address it was given; it was not left running.`;
    throw new HeycatError('ENGINE_UNAVAILABLE', sentence, { address });
  }
  return addresses.length > 0;
}

/** Every TCP address a process listens on, as `address:port`, from the kernel. */
export async function listenersOf(pid: number): Promise<string[]> {
  if (process.platform === 'linux') return linuxListeners(pid);
  if (process.platform === 'win32') return parseNetstat((await run('netstat', ['-ano'])).stdout, pid);
  // lsof exits 1 when it finds nothing.
  const args = ['-nP', '-iTCP', '-sTCP:LISTEN', '-a', '-p', String(pid), '-Fn'];
  return parseLsof(await run('lsof', args).then(({ stdout }) => stdout, emptyOnExitOne));
}

function emptyOnExitOne(error: { code?: unknown }): string {
  if (error.code === 1) return '';
  throw new HeycatError(
    'ENGINE_UNAVAILABLE',
    'lsof cannot be run, so it is unknown what the server listens on.',
  );
}

async function linuxListeners(pid: number): Promise<string[]> {
  const inodes = await socketInodes(pid);
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((table) => readFile(`/proc/${pid}/net/${table}`, 'utf8').catch(absent)),
  );
  return tables.flatMap((table) => parseProcNetTcp(table, inodes));
}

async function socketInodes(pid: number): Promise<Set<string>> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (GONE.has(error.code ?? '')) return [];
    throw error;
  });
  const targets = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(absent)));
  return new Set(targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []));
}

/** How the kernel says that a process has just ended, or is about to; whoever started it learns that anyway. */
const GONE = new Set(['ENOENT', 'ESRCH', 'EINVAL', 'EACCES']);

/** A descriptor may be closed between listing and reading; a kernel without IPv6 has no tcp6. */
function absent(error: NodeJS.ErrnoException): string {
  if (GONE.has(error.code ?? '')) return '';
  throw error;
}

/** Listening addresses in /proc/net/tcp or tcp6 that belong to one of the socket inodes. */
export function parseProcNetTcp(table: string, inodes: ReadonlySet<string>): string[] {
  const listening = '0A';
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === listening && inodes.has(fields[9] ?? ''))
    .map((fields) => decodeKernelAddress(fields[1]!));
}

/** `0100007F:0F47` is 127.0.0.1:3911: each 32-bit word of the address is in the machine's byte order. */
function decodeKernelAddress(text: string): string {
  const [address = '', port = ''] = text.split(':');
  const number = parseInt(port, 16);
  if (address.length !== 8) return `[${address.toLowerCase()}]:${number}`;
  const bytes = [6, 4, 2, 0].map((at) => parseInt(address.slice(at, at + 2), 16));
  return `${bytes.join('.')}:${number}`;
}

/** Names in the output of `lsof -Fn`. */
export function parseLsof(output: string): string[] {
  return output.split('\n').flatMap((line) => (line.startsWith('n') ? [line.slice(1)] : []));
}

/** Listening addresses of a process in `netstat -ano`; the state's name is translated, its peer address is not. */
export function parseNetstat(output: string, pid: number): string[] {
  return output
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([protocol, , peer]) => protocol === 'TCP' && (peer === '0.0.0.0:0' || peer === '[::]:0'))
    .filter((fields) => fields.at(-1) === String(pid))
    .map((fields) => fields[1]!);
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address !== null && typeof address === 'object') return address.port;
  throw new HeycatError('ENGINE_UNAVAILABLE', 'No port of 127.0.0.1 is free.');
}
