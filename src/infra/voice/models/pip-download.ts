import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HeycatError } from '../../../errors.ts';
import { runProgram } from '../../process/child/run-program.ts';
import { environment } from '../../process/environment.ts';

/** Commands that run pip. */
const PIPS: readonly [string, ...string[]][] = [
  ['python3', '-m', 'pip'],
  ['python', '-m', 'pip'],
  ['pip3'],
  ['pip'],
  ['py', '-m', 'pip'],
];

/** Every wheel of the package contains the same model: all systems use the same one, so that only its version matters. */
const PLATFORM = [
  '--platform',
  'manylinux_2_34_x86_64',
  '--implementation',
  'py',
  '--python-version',
  '3.12',
];

/**
 * Fetches a wheel with the user's pip, and so with their mirrors, proxies and certificates.
 * @param folder an empty folder, also for pip's temporary files.
 * @returns the path of the wheel.
 * @throws HeycatError NOT_FOUND without pip, INTERNAL if it fails, CANCELLED.
 */
export async function pipDownload(
  { package: name, version }: { package: string; version: string },
  folder: string,
  signal?: AbortSignal,
): Promise<string> {
  const args = ['download', '--no-deps', '--only-binary=:all:', ...PLATFORM, '--dest', folder];
  const quiet = [
    '--quiet',
    '--disable-pip-version-check',
    '--no-input',
    '--no-cache-dir',
    `${name}==${version}`,
  ];
  for (const pip of PIPS) {
    const env = { ...environment(), TMPDIR: folder, TEMP: folder, TMP: folder };
    const { code, error, stderr } = await runProgram([...pip, ...args, ...quiet], { signal, env });
    if (error !== undefined || stderr.includes('No module named pip')) continue;
    const wheel = (await readdir(folder)).find((file) => file.endsWith('.whl'));
    if (code === 0 && wheel !== undefined) return join(folder, wheel);
    throw new HeycatError(
      'INTERNAL',
      `pip could not fetch ${name} ${version}: ${stderr || 'it gave no reason'}`,
    );
  }
  throw new HeycatError('NOT_FOUND', `pip, which could fetch ${name} ${version}, is not on the PATH.`);
}
