import type { Engine, EngineSocket } from '../../src/infra/database/engine.ts';
import { identityOf, saveSettingFrame, SERVER_TAG, subscribeFrame } from '../support/bsatn-frames.ts';

const DEADLINE_MS = 10_000;

export interface EngineHarness extends AsyncDisposable {
  engine: Engine;
  /** Another engine on the same data; the first has been stopped before. */
  again(): Engine;
  /** Ends the running engine as a crash would; resolves when it is gone. */
  crash: (() => Promise<void>) | Gap;
  /** Opens a connection as an identity that nobody admitted. */
  connectAsStranger: (() => Promise<EngineSocket>) | Gap;
}

/** A rule that cannot apply to an engine, with its reason. */
export interface Gap {
  gap: string;
}

/** What every engine has to do, whatever it is made of. */
export function describeEngineContract(name: string, create: () => Promise<EngineHarness>): void {
  describe(`${name}: engine contract`, () => {
    it('ENG1 a started engine is ready and its endpoint connects as the user', async () => {
      await using harness = await create();
      expect(harness.engine.status.state).toBe('stopped');
      const endpoint = await harness.engine.start();
      expect(harness.engine.status.state).toBe('ready');
      expect(harness.engine.status.version).toMatch(/^\d+\.\d+\.\d+/);
      expect(endpoint.database).toBe('heycat-data');
      const socket = await endpoint.connect(DEADLINE_MS);
      const greeting = await nextFrame(socket, SERVER_TAG.identityToken);
      expect(identityOf(greeting)).toBe(endpoint.identity);
      socket.close();
    });

    it('ENG2 a second start, after a stop, has the same identity and every acknowledged write', async () => {
      await using harness = await create();
      const first = await harness.engine.start();
      const writer = await first.connect(DEADLINE_MS);
      const saved = nextFrame(writer, SERVER_TAG.transactionUpdate);
      writer.send(saveSettingFrame('theme', 'kept over a restart'));
      expect(Buffer.from(await saved).toString('latin1')).toContain('save_setting');
      await harness.engine.stop();
      expect(harness.engine.status.state).toBe('stopped');

      const second = await harness.again().start();
      expect(second.identity).toBe(first.identity);
      const reader = await second.connect(DEADLINE_MS);
      const applied = nextFrame(reader, SERVER_TAG.subscribeMultiApplied);
      reader.send(subscribeFrame(`SELECT * FROM settings WHERE owner_identity = 0x${second.identity}`));
      expect(Buffer.from(await applied).toString('latin1')).toContain('kept over a restart');
    });

    it('ENG3 start while running gives the same endpoint; stop is safe in any state', async () => {
      await using harness = await create();
      await harness.engine.stop();
      const [first, second] = await Promise.all([harness.engine.start(), harness.engine.start()]);
      expect(second).toBe(first);
      await Promise.all([harness.engine.stop(), harness.engine.stop()]);
      await harness.engine.stop();
      await expect(first.connect(DEADLINE_MS)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
    });

    it('ENG3 stop while it starts ends the start, and the engine can be started again', async () => {
      await using harness = await create();
      const starting = harness.engine.start().then(
        () => 'started',
        (error: { code: string }) => error.code,
      );
      await harness.engine.stop();
      expect(['started', 'ENGINE_UNAVAILABLE']).toContain(await starting);
      expect(harness.engine.status.state).toBe('stopped');
      await harness.engine.start();
      expect(harness.engine.status.state).toBe('ready');
    });

    it("ENG4 an identity that nobody admitted is refused with the module's sentence", async () => {
      await using harness = await create();
      await harness.engine.start();
      if (skipped(harness.connectAsStranger)) return;
      const refused = harness.connectAsStranger();
      await expect(refused).rejects.toMatchObject({
        code: 'NOT_AUTHORIZED',
        message: expect.stringContaining('Not authorized'),
      });
    });

    it('ENG5 a connection reports its end exactly once', async () => {
      await using harness = await create();
      const endpoint = await harness.engine.start();
      const sockets = await Promise.all([endpoint.connect(DEADLINE_MS), endpoint.connect(DEADLINE_MS)]);
      const ends = sockets.map(countEnds);
      sockets[0].close();
      await ends[0]!.first;
      await harness.engine.stop();
      await ends[1]!.first;
      sockets[1].close();
      expect(ends.map((end) => end.count)).toEqual([1, 1]);
      expect(() => sockets[1].send(subscribeFrame())).toThrow();
    });

    it('ENG6 an end that nobody asked for is told once, with its cause; a stop is not', async () => {
      await using harness = await create();
      const { engine, crash } = harness;
      const causes: string[] = [];
      const told = new Promise<void>((resolve) => {
        engine.onExit = (cause) => {
          causes.push(cause);
          resolve();
        };
      });
      await engine.start();
      if (skipped(crash)) return;
      await crash();
      await told;
      expect(engine.status).toMatchObject({ state: 'failed', cause: causes[0] });
      await engine.start();
      await engine.stop();
      expect(causes).toHaveLength(1);
    });
  });
}

function skipped(capability: (() => unknown) | Gap): capability is Gap {
  return typeof capability !== 'function';
}

/** The next frame of a kind; the socket's other frames are passed over. */
export function nextFrame(socket: EngineSocket, tag: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    socket.onclose = () => reject(new Error('the connection ended'));
    socket.onmessage = ({ data }) => {
      if (data[0] === tag) resolve(data);
    };
  });
}

function countEnds(socket: EngineSocket): { count: number; first: Promise<void> } {
  const ends = { count: 0, first: Promise.resolve() };
  ends.first = new Promise((resolve) => {
    socket.onclose = () => {
      ends.count += 1;
      resolve();
    };
  });
  return ends;
}
