import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import {
  numbered,
  parseCim,
  parseProcStat,
  parsePs,
  processesWith,
  processFacts,
} from '../../../../src/infra/database/sidecar/process-facts.ts';
import { endProcess } from '../../../../src/infra/database/sidecar/end-process.ts';

describe('process facts', () => {
  it('ENG11 a running process is told from a later one with its number', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'marker'], {
      stdio: 'ignore',
    });
    const facts = (await processFacts(child.pid!))!;
    expect(facts.args.join(' ')).toContain('marker');
    expect(await processesWith(['setInterval', 'marker'])).toContain(child.pid);
    expect(await processesWith(['marker', 'not among its arguments'])).not.toContain(child.pid);
    if (facts.binary !== undefined) expect(realpathSync(facts.binary)).toBe(realpathSync(process.execPath));
    expect(await processFacts(child.pid!)).toEqual(facts);

    await endProcess(child.pid!, `not ${facts.startTime}`);
    expect(await processFacts(child.pid!)).toEqual(facts);

    const gone = once(child, 'exit');
    await endProcess(child.pid!, facts.startTime);
    await gone;
    expect(await processFacts(child.pid!)).toBeUndefined();
  });

  it('ENG11 a process that ignores SIGTERM is killed', async () => {
    const script = `process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(child.stdout, 'data');
    const gone = once(child, 'exit');
    await endProcess(child.pid!, (await processFacts(child.pid!))!.startTime);
    expect((await gone)[1]).toBe('SIGKILL');
  });

  it('ENG11 /proc, ps and PowerShell are read; zombies count as gone', () => {
    const tail = '1 2 2 0 -1 4194560 100 0 0 0 1 2 0 0 20 0 4 0 987654 1000 50';
    expect(parseProcStat(`42 (a (b) c) S ${tail}`)).toEqual({ startTicks: '987654' });
    expect(parseProcStat(`42 (x) Z ${tail}`)).toBeUndefined();
    expect(parsePs('Ss   Mon Nov  3 20:03:58 2026     /opt/stdb start --data-dir /d\n')).toEqual({
      startTime: 'Mon Nov 3 20:03:58 2026',
      args: ['/opt/stdb start --data-dir /d'],
    });
    expect(parsePs('Z    Mon Nov  3 20:03:58 2026     (x)\n')).toBeUndefined();
    expect(parsePs('')).toBeUndefined();
    expect(numbered('  1 init\n 42 /opt/stdb start --data-dir /d\r\n7 \n')).toEqual([
      { pid: 1, line: 'init' },
      { pid: 42, line: '/opt/stdb start --data-dir /d' },
    ]);
    const cim = { ExecutablePath: 'C:\\x.exe', CommandLine: 'x.exe start', Started: '134' };
    expect(parseCim(JSON.stringify(cim))).toEqual({
      startTime: '134',
      binary: 'C:\\x.exe',
      args: ['x.exe start'],
    });
    expect(parseCim('\r\n')).toBeUndefined();
  });
});
