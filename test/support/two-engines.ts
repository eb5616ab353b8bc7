import { join } from 'node:path';
import { createPrivateKey } from 'node:crypto';
import { cp, readFile } from 'node:fs/promises';
import { SignJWT } from 'jose';
import type { EngineSocket } from '../../src/infra/database/engine.ts';
import { identityBytes, identityFromClaims } from '../../src/infra/database/identity/claims.ts';
import { EngineIdentity } from '../../src/infra/database/identity/engine-identity.ts';
import { ServerApi } from '../../src/infra/database/sidecar/server-api.ts';
import { openServerSocket } from '../../src/infra/database/sidecar/server-socket.ts';
import { callFrame } from './bsatn-frames.ts';
import { embeddedHarness } from './embedded-harness.ts';
import { readServerFrame, type Told } from './server-frames.ts';
import { sidecarHarness } from './sidecar-harness.ts';

const DEADLINE_MS = 10_000;

/** A connection that keeps what it is told. */
export class Listener {
  readonly told: Told[] = [];
  #wake: (() => void) | undefined;
  #ended = false;

  constructor(readonly socket: EngineSocket) {
    socket.onmessage = ({ data }) => {
      this.told.push(readServerFrame(data));
      this.#wake?.();
    };
    socket.onclose = () => {
      this.#ended = true;
      this.#wake?.();
    };
  }

  /** Sends a frame and waits for the next thing told that `isAnswer`. */
  ask(frame: Uint8Array, isAnswer: (told: Told) => boolean): Promise<void> {
    return this.hear(() => this.socket.send(frame), isAnswer);
  }

  /** Does something and waits for the next thing told that `isAnswer`. */
  async hear(act: () => void, isAnswer: (told: Told) => boolean): Promise<void> {
    let at = this.told.length;
    act();
    for (;;) {
      for (; at < this.told.length; at++) if (isAnswer(this.told[at]!)) return;
      if (this.#ended) throw new Error('the connection ended');
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** What was told since the last time. */
  take(): Told[] {
    return this.told.splice(0);
  }
}

/** One person's connections: to the server, and to the embedded engine. */
export type Pair = readonly [onServer: Listener, embedded: Listener];

export type TwoEngines = Awaited<ReturnType<typeof twoEngines>>;

/**
 * The real server and the embedded engine under the same keys, so that the same people have the same identities.
 * @param options the module that both run; the product's when absent.
 */
export async function twoEngines(options: { wasmPath?: string } = {}) {
  const sidecar = await sidecarHarness({ settleMs: 0, ...options });
  await sidecar.engine.start();
  const embedded = await embeddedHarness(options);
  const keys = join(sidecar.dataDir, 'keys');
  await cp(keys, join(embedded.dataDir, 'keys'), { recursive: true });
  await embedded.engine.start();
  const identity = await EngineIdentity.load(keys);
  const key = createPrivateKey(await readFile(identity.privateKeyPath));
  const api = new ServerApi(await sidecar.origin());

  const onServer = async (subject: string): Promise<EngineSocket> => {
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT' })
      .setSubject(subject)
      .setIssuer('localhost')
      .setAudience(['spacetimedb'])
      .setIssuedAt()
      .setExpirationTime('60 s')
      .sign(key);
    return openServerSocket(api, 'heycat-data', { token, deadlineMs: DEADLINE_MS });
  };
  const connect = async (subject: string): Promise<Pair> => {
    const identity = identityFromClaims('localhost', subject);
    const [one, other] = await Promise.allSettled([
      onServer(subject),
      embedded.engine.connectAs(identity, DEADLINE_MS),
    ]);
    if (one.status !== other.status) throw new Error(`only one let ${subject} in`, { cause: [one, other] });
    if (one.status === 'rejected') throw one.reason;
    return [new Listener(one.value), new Listener((other as PromiseFulfilledResult<EngineSocket>).value)];
  };
  const deployer = await connect(identity.subject('deployer'));
  return {
    sidecar,
    embedded,
    /** A connection to each as that subject. @throws what the server's refusal was, when both refuse. */
    connect,
    deployerSubject: identity.subject('deployer'),
    admit: async (subject: string): Promise<void> => {
      const bytes = identityBytes(identityFromClaims('localhost', subject));
      const isAnswer = (told: Told) => told.kind === 'committed' && told.call.reducer === 'admit_member';
      for (const each of deployer) await each.ask(callFrame('admit_member', bytes), isAnswer);
    },
    [Symbol.asyncDispose]: async () => {
      await api.close();
      await embedded[Symbol.asyncDispose]();
      await sidecar[Symbol.asyncDispose]();
    },
  };
}
