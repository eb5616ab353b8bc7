import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { environment } from '../../process/environment.ts';

const run = promisify(execFile);

/** What distinguishes one process from a later one with the same number. */
export interface ProcessFacts {
  /** Opaque; equal only for the same process of the same boot. */
  startTime: string;
  /** Absolute path of the executable, where the system gives it. */
  binary?: string;
  /** The command line; one element where the system does not keep the arguments apart. */
  args: string[];
}

/** Facts about a running process; undefined when there is none of that number, or it is a zombie. */
export async function processFacts(pid: number): Promise<ProcessFacts | undefined> {
  try {
    if (process.platform === 'linux') return await linuxFacts(pid);
    if (process.platform === 'win32') return await windowsFacts(pid);
    const options = { env: { ...environment(), LC_ALL: 'C' } };
    return parsePs(
      (await run('ps', ['-ww', '-o', 'stat=,lstart=,command=', '-p', String(pid)], options)).stdout,
    );
  } catch {
    return undefined;
  }
}

/** Numbers of the running processes whose command line holds all of these texts. */
export async function processesWith(texts: readonly string[]): Promise<number[]> {
  const lines = await commandLines().catch(() => []);
  return lines.filter(({ line }) => texts.every((text) => line.includes(text))).map(({ pid }) => pid);
}

async function commandLines(): Promise<{ pid: number; line: string }[]> {
  if (process.platform === 'linux') {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
    const read = async (pid: number) => ({
      pid,
      line: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
    });
    return Promise.all(pids.map(read));
  }
  if (process.platform === 'win32') {
    const query = `Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.CommandLine)" }`;
    return numbered(
      (await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', query])).stdout,
    );
  }
  return numbered((await run('ps', ['-axww', '-o', 'pid=,command='])).stdout);
}

/** Lines that begin with a process's number. */
export function numbered(output: string): { pid: number; line: string }[] {
  return [...output.matchAll(/^\s*(\d+) (.+)$/gm)].map(([, pid, line]) => ({
    pid: Number(pid),
    line: line!,
  }));
}

async function linuxFacts(pid: number): Promise<ProcessFacts | undefined> {
  const stat = parseProcStat(await readFile(`/proc/${pid}/stat`, 'utf8'));
  if (stat === undefined) return undefined;
  // Start times count from boot, so they may repeat after the next one.
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').slice(0, -1);
  // Another user's process does not give its executable; a replaced one is marked.
  const binary = await readlink(`/proc/${pid}/exe`).catch(() => undefined);
  const facts = { startTime: `${boot}:${stat.startTicks}`, args };
  return binary === undefined ? facts : { ...facts, binary: binary.replace(/ \(deleted\)$/, '') };
}

/** Field 22 of /proc/<pid>/stat; the name in field 2 may hold spaces and parentheses. Undefined for a zombie. */
export function parseProcStat(text: string): { startTicks: string } | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const startTicks = fields[19];
  if (startTicks === undefined || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { startTicks };
}

/** One line of `ps -o stat=,lstart=,command=` in the C locale. */
export function parsePs(output: string): ProcessFacts | undefined {
  const match = /^\s*(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]+\s+\d{4})\s+(.+)$/m.exec(output);
  if (match === null || match[1]!.startsWith('Z')) return undefined;
  return { startTime: match[2]!.replace(/\s+/g, ' '), args: [match[3]!] };
}

async function windowsFacts(pid: number): Promise<ProcessFacts | undefined> {
  const query =
    `Get-CimInstance Win32_Process -Filter 'ProcessId=${pid}' | Select-Object ExecutablePath,CommandLine,` +
    `@{n='Started';e={$_.CreationDate.ToFileTimeUtc().ToString()}} | ConvertTo-Json -Compress`;
  return parseCim((await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', query])).stdout);
}

/** The JSON that PowerShell writes about one process, or nothing. */
export function parseCim(output: string): ProcessFacts | undefined {
  if (output.trim() === '') return undefined;
  const facts = JSON.parse(output) as { ExecutablePath?: string; CommandLine?: string; Started: string };
  const common = { startTime: facts.Started, args: [facts.CommandLine ?? ''] };
  return facts.ExecutablePath ? { ...common, binary: facts.ExecutablePath } : common;
}
