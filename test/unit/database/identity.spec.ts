import { chmod, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { decodeJwt, jwtVerify } from 'jose';
import { EngineIdentity } from '../../../src/infra/database/identity/engine-identity.ts';
import { identityFromClaims } from '../../../src/infra/database/identity/claims.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const onPosix = process.platform === 'win32' ? it.skip : it;

describe('identity', () => {
  it('ENG15 the key pair is made once; the same keys give the same subjects', async () => {
    await using folder = await tempFolder();
    const keys = join(folder.path, 'keys');
    const first = await EngineIdentity.load(keys);
    const pem = await readFile(first.privateKeyPath, 'utf8');
    const second = await EngineIdentity.load(keys);
    expect(await readFile(second.privateKeyPath, 'utf8')).toBe(pem);
    expect(second.subject('user')).toBe(first.subject('user'));
    expect(first.subject('user')).not.toBe(first.subject('deployer'));
    const other = await EngineIdentity.load(join(folder.path, 'other'));
    expect(other.subject('user')).not.toBe(first.subject('user'));
  });

  onPosix('ENG15 folder and files are closed to other users', async () => {
    await using folder = await tempFolder();
    const identity = await EngineIdentity.load(join(folder.path, 'keys'));
    expect((await stat(join(folder.path, 'keys'))).mode & 0o777).toBe(0o700);
    for (const path of [identity.privateKeyPath, identity.publicKeyPath]) {
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    }
  });

  onPosix.each([0o640, 0o604, 0o620])('ENG15 a key of mode %o is refused with what to do', async (mode) => {
    await using folder = await tempFolder();
    const { privateKeyPath } = await EngineIdentity.load(join(folder.path, 'keys'));
    await chmod(privateKeyPath, mode);
    await expect(EngineIdentity.load(join(folder.path, 'keys'))).rejects.toMatchObject({
      code: 'NOT_AUTHORIZED',
      message: expect.stringContaining(`chmod 600 ${privateKeyPath}`),
    });
  });

  onPosix('ENG15 an open folder, a link to a key and a key of another kind are refused', async () => {
    await using folder = await tempFolder();
    const open = join(folder.path, 'open');
    await mkdir(open, { mode: 0o755 });
    await expect(EngineIdentity.load(open)).rejects.toMatchObject({
      message: expect.stringContaining('chmod 700'),
    });

    const keys = join(folder.path, 'keys');
    const { privateKeyPath } = await EngineIdentity.load(keys);
    const pem = await readFile(privateKeyPath, 'utf8');
    await rm(privateKeyPath);
    await writeFile(join(folder.path, 'key'), pem, { mode: 0o600 });
    await symlink(join(folder.path, 'key'), privateKeyPath);
    await expect(EngineIdentity.load(keys)).rejects.toMatchObject({ code: 'NOT_AUTHORIZED' });

    await rm(privateKeyPath);
    const { privateKey } = generateKeyPairSync('ed25519');
    for (const content of [privateKey.export({ type: 'pkcs8', format: 'pem' }), 'not a key']) {
      await writeFile(privateKeyPath, content, { mode: 0o600 });
      await expect(EngineIdentity.load(keys)).rejects.toMatchObject({
        message: expect.stringContaining('is not a P-256 key'),
      });
    }
  });

  it('ENG15 a public key file that is lost or wrong is made again from the private one', async () => {
    await using folder = await tempFolder();
    const keys = join(folder.path, 'keys');
    const { publicKeyPath } = await EngineIdentity.load(keys);
    const pem = await readFile(publicKeyPath, 'utf8');
    await writeFile(publicKeyPath, 'torn');
    await EngineIdentity.load(keys);
    expect(await readFile(publicKeyPath, 'utf8')).toBe(pem);
  });

  it('ENG16 a token names its role, lives as long as asked, and is signed with ES256', async () => {
    await using folder = await tempFolder();
    const identity = await EngineIdentity.load(join(folder.path, 'keys'));
    const token = await identity.token('user', 30);
    const key = createPublicKey(await readFile(identity.publicKeyPath, 'utf8'));
    const { payload, protectedHeader } = await jwtVerify(token, key, {
      issuer: 'localhost',
      audience: 'spacetimedb',
    });
    expect(protectedHeader.alg).toBe('ES256');
    expect(payload.sub).toBe(identity.subject('user'));
    expect(payload.exp! - payload.iat!).toBe(30);
    expect(decodeJwt(await identity.token('deployer')).sub).toMatch(/^heycat-deployer-[\w-]{43}$/);
  });

  it('ENG16 an identity follows from the subject alone, as a server computes it', async () => {
    // What SpacetimeDB 1.2.0 answered for a token of this issuer and subject.
    expect(identityFromClaims('localhost', 'heycat-user-example')).toBe(
      'c200bb8ae512239d14870570bbb9e705b263cfbc87248b1cca341e4b5505665c',
    );
    await using folder = await tempFolder();
    const identity = await EngineIdentity.load(join(folder.path, 'keys'));
    expect(identity.identity('user')).toBe(identityFromClaims('localhost', identity.subject('user')));
    expect(identity.identity('deployer')).not.toBe(identity.identity('user'));
    expect(identity.database('heycat-data')).toMatch(/^c200[0-9a-f]{60}$/);
  });
});
