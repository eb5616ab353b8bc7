import { createServer } from 'node:net';
import { assert, ipV4, nat, oneof, property, string, tuple } from 'fast-check';
import {
  assertListeners,
  assertLoopbackListen,
  freePort,
  listenersOf,
  parseLsof,
  parseNetstat,
  parseProcNetTcp,
} from '../../../../src/infra/database/sidecar/listen-address.ts';
import { serverArguments } from '../../../../src/infra/database/sidecar/server-process.ts';

const PROC_NET_TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1156 1 0000 100 0 0 10 0
   1: 0100007F:0F47 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 32362 1 0000 100 0 0 10 0
   2: 0100007F:0F47 0100007F:B23C 01 00000000:00000000 00:00000000 00000000     0        0 32362 1 0000 100 0 0 10 0
`;
const PROC_NET_TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when
   0: 00000000000000000000000000000000:0BB8 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  0  0 77 1 0000 100 0 0 10 0
`;
const NETSTAT = `
Aktive Verbindungen

  Proto  Lokale Adresse         Remoteadresse          Status           PID
  TCP    0.0.0.0:135            0.0.0.0:0              ABHÖREN          1044
  TCP    127.0.0.1:3911         0.0.0.0:0              ABHÖREN          4711
  TCP    127.0.0.1:3911         127.0.0.1:50000        HERGESTELLT      4711
  TCP    [::]:3912              [::]:0                 ABHÖREN          4711
  UDP    0.0.0.0:123            *:*                                     4711
`;

describe('listen addresses', () => {
  it('ENG13 only 127.0.0.1 with a port from 1 to 65535 is accepted', () => {
    expect(assertLoopbackListen('127.0.0.1:1')).toBe(1);
    expect(assertLoopbackListen('127.0.0.1:65535')).toBe(65_535);
    const refused = `0.0.0.0:3000 [::1]:3000 [::]:3000 localhost:3000 127.0.0.2:3000 *:3000 :3000 127.0.0.1
      127.0.0.1: 127.0.0.1:0 127.0.0.1:65536 127.0.0.1:123456 127.0.0.1:-1 127.0.0.1:80,0.0.0.0:80 127x0x0x1:80`
      .split(/\s+/)
      .concat(['127.0.0.1:80\n', ' 127.0.0.1:80', '127.0.0.1:8 0', '']);
    for (const address of refused) {
      expect(() => assertLoopbackListen(address)).toThrow(
        expect.objectContaining({ code: 'ENGINE_UNAVAILABLE', details: { address } }),
      );
    }
  });

  it('ENG13 no text but the one form passes', () => {
    const text = oneof(
      string(),
      tuple(ipV4(), nat(99_999)).map(([address, port]) => `${address}:${port}`),
    );
    assert(
      property(text, (address) => {
        const accepted = /^127\.0\.0\.1:[0-9]{1,5}$/.test(address) && !address.endsWith('\n');
        const port = Number(address.split(':')[1]);
        const check = () => assertLoopbackListen(address);
        if (accepted && port >= 1 && port <= 65_535) expect(check()).toBe(port);
        else expect(check).toThrow();
      }),
    );
  });

  it('ENG13 the arguments of the server always name its address, and only a loopback one', () => {
    const command = { binary: 'x', serverData: '/d', publicKeyPath: '/p', privateKeyPath: '/k' };
    const args = serverArguments({ ...command, port: 4000 });
    expect(args.slice(0, 3)).toEqual(['start', '--listen-addr', '127.0.0.1:4000']);
    for (const port of [0, 65_536, -1, 1.5, NaN])
      expect(() => serverArguments({ ...command, port })).toThrow();
  });

  it('ENG13 what the kernel, lsof and netstat say is read, other processes left out', () => {
    expect(parseProcNetTcp(PROC_NET_TCP, new Set(['32362']))).toEqual(['127.0.0.1:3911']);
    expect(parseProcNetTcp(PROC_NET_TCP, new Set(['1156']))).toEqual(['0.0.0.0:2024']);
    expect(parseProcNetTcp(PROC_NET_TCP6, new Set(['77']))).toEqual([`[${'0'.repeat(32)}]:3000`]);
    expect(parseProcNetTcp(PROC_NET_TCP, new Set())).toEqual([]);
    expect(parseLsof('p4711\nf13\nn127.0.0.1:3911\nf14\nn*:3912\n')).toEqual(['127.0.0.1:3911', '*:3912']);
    expect(parseNetstat(NETSTAT, 4711)).toEqual(['127.0.0.1:3911', '[::]:3912']);
    expect(parseNetstat(NETSTAT, 47)).toEqual([]);
  });

  it('ENG13 one wrong listener among right ones is enough to refuse', () => {
    expect(assertListeners([], 3911)).toBe(false);
    expect(assertListeners(['127.0.0.1:3911'], 3911)).toBe(true);
    expect(() => assertListeners(['127.0.0.1:3911', '*:3912'], 3911)).toThrow();
    expect(() => assertListeners(['127.0.0.1:3912'], 3911)).toThrow();
  });

  it('ENG13 the listeners of a real process are found', async () => {
    const server = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    try {
      expect(await listenersOf(process.pid)).toContain(`127.0.0.1:${port}`);
    } finally {
      server.close();
    }
  });
});
