import { createPublicKey, generateKeyPair, type KeyObject, createPrivateKey } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { HeycatError } from '../../../errors.ts';
import { ensurePrivateFolder, readPrivateFile, writePrivateFile } from '../../process/files/private-file.ts';

/** An ES256 (P-256) key pair and the PEM files that hold it. */
export interface KeyPair {
  privateKey: KeyObject;
  publicKey: KeyObject;
  /** PKCS #8 PEM, mode 0600. */
  privateKeyPath: string;
  /** SPKI PEM, mode 0600. */
  publicKeyPath: string;
}

/**
 * Reads the key pair of a folder, or makes it the first time.
 * @throws HeycatError NOT_AUTHORIZED when other users could read it, INTERNAL when it is not a P-256 key.
 */
export async function loadKeyPair(folder: string): Promise<KeyPair> {
  await ensurePrivateFolder(folder);
  const privateKeyPath = join(folder, 'signing-key.pem');
  const publicKeyPath = join(folder, 'signing-key.pub.pem');
  const privateKey =
    parse(await readPrivateFile(privateKeyPath), privateKeyPath) ?? (await make(privateKeyPath));
  const publicKey = createPublicKey(privateKey);
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
  // The public file follows from the private one, so a crash between the two writes mends itself here.
  if ((await readPrivateFile(publicKeyPath)) !== publicPem) await writePrivateFile(publicKeyPath, publicPem);
  return { privateKey, publicKey, privateKeyPath, publicKeyPath };
}

async function make(path: string): Promise<KeyObject> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  await writePrivateFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return privateKey;
}

function parse(pem: string | undefined, path: string): KeyObject | undefined {
  if (pem === undefined) return undefined;
  const sentence = `${path} is not a P-256 key; put the right file back, or your data stays under another identity.`;
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch {
    // OpenSSL's text may quote the file; the sentence below says enough.
  }
  throw new HeycatError('INTERNAL', sentence, { path });
}
