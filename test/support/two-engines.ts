import { join } from 'node:path';
import { createPrivateKey } from 'node:crypto';
import { cp, readFile } from 'node:fs/promises';
import { SignJWT } from 'jose';
import type { EngineSocket } from '../../src/infra/engine/engine.ts';
import { identityBytes, identityFromClaims } from '../../src/infra/engine/identity/claims.ts';
import { EngineIdentity } from '../../src/infra/engine/identity/engine-identity.ts';
import { ServerApi } from '../../src/infra/engine/server/server-api.ts';
import { openServerSocket } from '../../src/infra/engine/server/server-socket.ts';
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
  async ask(frame: Uint8Array, isAnswer: (told: Told) => boolean): Promise<void> {
    let at = this.told.length;
    this.socket.send(frame);
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

/** The real server and the embedded engine under the same keys, so that the same people have the same identities. */
export async function twoEngines() {
  const sidecar = await sidecarHarness({ settleMs: 0 });
  await sidecar.engine.start();
  const embedded = await embeddedHarness();
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
  const connect = async (subject: string): Promise<Listener[]> => [
    new Listener(await onServer(subject)),
    new Listener(await embedded.engine.connectAs(identityFromClaims('localhost', subject), DEADLINE_MS)),
  ];
  const deployer = await connect(identity.subject('deployer'));
  return {
    sidecar,
    embedded,
    /** A connection to each as that subject, the server's first. */
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
