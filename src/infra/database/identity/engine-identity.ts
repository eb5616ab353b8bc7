import { calculateJwkThumbprint } from 'jose/jwk/thumbprint';
import { SignJWT } from 'jose/jwt/sign';
import { identityFromClaims } from './claims.ts';
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
  private constructor(
    private readonly keys: KeyPair,
    private readonly thumbprint: string,
  ) {}

  /**
   * Reads the keys of a folder, or makes them the first time.
   * @throws HeycatError NOT_AUTHORIZED when other users could read them.
   */
  static async load(folder: string): Promise<EngineIdentity> {
    const keys = await loadKeyPair(folder);
    return new EngineIdentity(keys, await calculateJwkThumbprint(keys.publicKey));
  }

  get privateKeyPath(): string {
    return this.keys.privateKeyPath;
  }

  get publicKeyPath(): string {
    return this.keys.publicKeyPath;
  }

  subject(role: Role): string {
    return `heycat-${role}-${this.thumbprint}`;
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
      .sign(this.keys.privateKey);
  }

  /** The role's identity, 64 hex digits. */
  identity(role: Role): string {
    return identityFromClaims(ISSUER, this.subject(role));
  }

  /** The identity of this installation's database where no server gives it one, 64 hex digits. */
  database(name: string): string {
    return identityFromClaims(ISSUER, `${name}/${this.thumbprint}`);
  }
}
