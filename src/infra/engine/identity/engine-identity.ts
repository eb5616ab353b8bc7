import { join } from 'node:path';
import { calculateJwkThumbprint, SignJWT } from 'jose';
import { readPrivateFile, writePrivateFile } from '../../private-file.ts';
import { type KeyPair, loadKeyPair } from './key-pair.ts';

/** The deployer owns the database and publishes the module; the user runs everything else and can do neither. */
export type Role = 'deployer' | 'user';

const ISSUER = 'localhost';
const AUDIENCE = 'spacetimedb';

/**
 * The two identities this service has in every engine, and the tokens that prove them. An engine derives an identity
 * from issuer and subject alone, so the subject carries the key's thumbprint: two installations never share one.
 */
export class EngineIdentity {
  readonly #keys: KeyPair;
  readonly #thumbprint: string;
  readonly #cachePath: string;
  #known: Record<string, string>;

  private constructor(parts: {
    keys: KeyPair;
    thumbprint: string;
    cachePath: string;
    known: Record<string, string>;
  }) {
    this.#keys = parts.keys;
    this.#thumbprint = parts.thumbprint;
    this.#cachePath = parts.cachePath;
    this.#known = parts.known;
  }

  /**
   * Reads the keys of a folder, or makes them the first time.
   * @throws HeycatError NOT_AUTHORIZED when other users could read them.
   */
  static async load(folder: string): Promise<EngineIdentity> {
    const keys = await loadKeyPair(folder);
    const thumbprint = await calculateJwkThumbprint(keys.publicKey);
    const cachePath = join(folder, 'identities.json');
    return new EngineIdentity({ keys, thumbprint, cachePath, known: await readKnown(cachePath) });
  }

  get privateKeyPath(): string {
    return this.#keys.privateKeyPath;
  }

  get publicKeyPath(): string {
    return this.#keys.publicKeyPath;
  }

  subject(role: Role): string {
    return `heycat-${role}-${this.#thumbprint}`;
  }

  /** A signed ES256 token of the role, valid for the given seconds; a secret, never to be logged. */
  async token(role: Role, lifetimeSeconds = 60): Promise<string> {
    return new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT' })
      .setSubject(this.subject(role))
      .setIssuer(ISSUER)
      .setAudience([AUDIENCE])
      .setIssuedAt()
      .setExpirationTime(`${lifetimeSeconds} s`)
      .sign(this.#keys.privateKey);
  }

  /** The role's identity, 64 hex digits; undefined until a server has told it once. */
  identity(role: Role): string | undefined {
    return this.#known[this.subject(role)];
  }

  /** Keeps what a server said the role's identity is, so that it is known before the next start. */
  async learn(role: Role, identity: string): Promise<void> {
    if (this.identity(role) === identity) return;
    this.#known = { ...this.#known, [this.subject(role)]: identity };
    await writePrivateFile(this.#cachePath, JSON.stringify(this.#known, undefined, 2) + '\n');
  }
}

/** A cache: what cannot be read is learnt again. */
async function readKnown(path: string): Promise<Record<string, string>> {
  try {
    const known: unknown = JSON.parse((await readPrivateFile(path)) ?? '{}');
    const isHex = (entry: [string, unknown]): entry is [string, string] =>
      typeof entry[1] === 'string' && /^[0-9a-f]{64}$/.test(entry[1]);
    return Object.fromEntries(Object.entries(known as object).filter(isHex));
  } catch {
    return {};
  }
}
