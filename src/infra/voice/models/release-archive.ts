import type { ArchiveSource } from './catalogue-model.ts';

/** Where sherpa-onnx publishes the models that it has converted. */
const RELEASE = 'https://github.com/k2-fsa/sherpa-onnx/releases/download/asr-models';

/**
 * An archive of sherpa-onnx's releases, which publish no digests themselves: those in the catalogue are the ones that
 * several other projects pin for it.
 */
export function releaseArchive(
  name: string,
  { bytes, sha256, members }: Omit<ArchiveSource, 'kind' | 'url'>,
): ArchiveSource {
  return { kind: 'archive', url: `${RELEASE}/${name}.tar.bz2`, bytes, sha256, members };
}

/** Members of which only the archive's digest is known. */
export function named(...names: string[]): { name: string }[] {
  return names.map((name) => ({ name }));
}
