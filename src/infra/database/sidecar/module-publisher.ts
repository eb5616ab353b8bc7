import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { HeycatError } from '../../../errors.ts';
import type { EngineIdentity } from '../identity/engine-identity.ts';
import { readPrivateFile, writePrivateFile } from '../../process/files/private-file.ts';
import { DATABASE, readModule } from '../module-file.ts';
import type { ServerApi } from './server-api.ts';

/** What was published last, kept beside the server's data; only a hint, the server is asked as well. */
interface PublishedRecord {
  database_identity: string;
  wasm_sha256: string;
}

export interface Publication {
  api: ServerApi;
  identity: EngineIdentity;
  /** The built module. */
  wasmPath: string;
  /** Folder for the record of what was published. */
  folder: string;
}

/**
 * Publishes the module where the server has none or another one, and admits the user.
 * @returns the user's identity, and whether the module was published now.
 * @throws HeycatError ENGINE_UNAVAILABLE with the server's text when it refuses.
 */
export async function publishModule(publication: Publication): Promise<{ user: string; published: boolean }> {
  const { api, identity, folder } = publication;
  const wasm = await readModule(publication.wasmPath);
  const user = identity.identity('user');
  const deployer = identity.identity('deployer');
  const published = await publishWhereDifferent(publication, wasm, deployer).catch((cause: unknown) => {
    throw corruptLog(cause, folder) ?? cause;
  });
  const token = await identity.token('deployer');
  await api
    .call(DATABASE, { reducer: 'admit_member', args: [[`0x${user}`]], token })
    .catch((cause: unknown) => {
      const corrupt = corruptLog(cause, folder);
      if (corrupt !== undefined) throw corrupt;
      const why = cause instanceof Error ? cause.message : '';
      throw new HeycatError('ENGINE_UNAVAILABLE', `The module did not admit its user: ${why}`, {}, { cause });
    });
  return { user, published };
}

async function publishWhereDifferent(
  from: Publication,
  wasm: Uint8Array,
  deployer: string,
): Promise<boolean> {
  const { api, identity } = from;
  const recordPath = join(from.folder, 'published.json');
  const wasm_sha256 = createHash('sha256').update(wasm).digest('hex');
  const found = await api.database(DATABASE, await identity.token('deployer'));
  assertOurs(found?.owner, deployer);
  const record = await readRecord(recordPath);
  if (found && record?.database_identity === found.identity && record.wasm_sha256 === wasm_sha256)
    return false;
  await api.publish(DATABASE, await identity.token('deployer', 180), wasm);
  const now = await api.database(DATABASE, await identity.token('deployer'));
  assertOurs(now?.owner, deployer);
  if (now === undefined) {
    throw new HeycatError('ENGINE_UNAVAILABLE', 'The server took the module but does not have the database.');
  }
  const written: PublishedRecord = { database_identity: now.identity, wasm_sha256 };
  await writePrivateFile(recordPath, JSON.stringify(written, undefined, 2) + '\n');
  return true;
}

/** What version 1.2.0 says when it cannot read its commit log; it opens a database when it is asked for it. */
const CORRUPT = /(checksum mismatch|does not start with magic|out-of-order)/i;

function corruptLog(thrown: unknown, folder: string): HeycatError | undefined {
  const { message, cause } = HeycatError.from(thrown);
  const found = CORRUPT.exec(`${message} ${String(cause)}`)?.[1];
  if (found === undefined) return undefined;
  const sentence =
    `The server cannot read its commit log in ${folder} (${found}), which was left as it is; bring the data back from ` +
    'a backup with `heycat restore --latest`.';
  return new HeycatError(
    'ENGINE_UNAVAILABLE',
    sentence,
    { path: folder, reason: 'log_corrupt' },
    { cause: thrown },
  );
}

function assertOurs(owner: string | undefined, deployer: string): void {
  if (owner === undefined || owner === deployer) return;
  throw new HeycatError(
    'ENGINE_UNAVAILABLE',
    `The database ${DATABASE} belongs to another identity, so nothing is published or read; put the keys back that ` +
      'made it, or move this data folder away.',
    { owner },
  );
}

/** Whatever is wrong with the record, publishing again is harmless. */
async function readRecord(path: string): Promise<Partial<PublishedRecord> | undefined> {
  try {
    return JSON.parse((await readPrivateFile(path)) ?? '{}') as Partial<PublishedRecord>;
  } catch {
    return undefined;
  }
}
