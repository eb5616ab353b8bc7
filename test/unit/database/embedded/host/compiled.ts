import { transformFile } from '@swc/core';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../../../..');
const FOLDERS = [
  'src/infra/process/files',
  'src/infra/bsatn',
  'src/infra/database/embedded',
  'src/infra/database/embedded/host',
  'src/infra/database/embedded/protocol',
  'src/infra/database/embedded/store',
  'test/unit/database/embedded/host',
];

/** Writes the host and the programs beside this file as JavaScript, for processes of their own. */
export async function compileTo(target: string): Promise<string> {
  for (const folder of FOLDERS) {
    const names = await readdir(join(ROOT, folder));
    const sources = names.filter((name) => /^[^.]+\.ts$/.test(name));
    await Promise.all(sources.map((name) => compile(join(ROOT, folder, name), target)));
  }
  await writeFile(join(target, 'package.json'), '{"type":"module"}');
  await symlink(join(ROOT, 'node_modules'), join(target, 'node_modules'));
  return join(target, 'test/unit/database/embedded/host');
}

async function compile(source: string, target: string): Promise<void> {
  const parser = { syntax: 'typescript', decorators: true } as const;
  const { code } = await transformFile(source, {
    jsc: { parser, target: 'es2022' },
    module: { type: 'es6' },
  });
  const path = join(target, relative(ROOT, source).replace(/ts$/, 'js'));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(
    path,
    code.replaceAll(/(from\s+'\.[^']*)\.ts'/g, "$1.js'").replaceAll(/(from\s+"\.[^"]*)\.ts"/g, '$1.js"'),
  );
}
