import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ArchiveSource, CatalogueModel } from '../../src/infra/voice/models/catalogue-model.ts';
import { writeTinyTransducer } from './tiny-models.ts';

export const ARCHIVE_NAME = 'sherpa-onnx-tiny';
const MEMBERS = [
  ...['encoder', 'decoder', 'joiner'].map((part) => `${part}-epoch-99-avg-1.onnx`),
  'tokens.txt',
];

export const digest = (content: Buffer) => createHash('sha256').update(content).digest('hex');

/** An archive as sherpa-onnx publishes them, with a tiny model that works. */
export async function tinyArchive(folder: string): Promise<Buffer> {
  const root = join(folder, 'packing', ARCHIVE_NAME);
  await writeTinyTransducer(root);
  await mkdir(join(root, 'test_wavs'));
  await writeFile(join(root, 'README.md'), 'Not needed.');
  execFileSync('tar', ['-cjf', join(folder, 'packed.tar.bz2'), '-C', dirname(root), ARCHIVE_NAME]);
  const content = await readFile(join(folder, 'packed.tar.bz2'));
  await rm(dirname(root), { recursive: true });
  return content;
}

/** The source for an archive that a server has. */
export function archiveSource(url: string, content: Buffer): ArchiveSource {
  const members = MEMBERS.map((name) => ({ name }));
  return { kind: 'archive', url, bytes: content.length, sha256: digest(content), members };
}

export function tinyModel(sources: CatalogueModel['sources']): CatalogueModel {
  return {
    name: 'tiny',
    title: 'Tiny',
    kind: 'transducer',
    languages: ['en'],
    licence: 'MIT',
    credit: 'Nobody',
    bytes: 10_000,
    sources,
  };
}
