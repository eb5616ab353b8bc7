import { crc32 } from 'node:zlib';
import { HeycatError } from '../../errors.ts';

/** A file with a part of a projection's content as a JSON array. */
export interface PageEntry {
  projection: string;
  /** The number of the page, from the rows' ids; 0 for rows without an id. */
  page: number;
  count: number;
  file: string;
  bytes: number;
  crc: number;
}

/** The content of `snapshot.json`; files that it does not list are ignored. */
export interface Manifest {
  /** A snapshot under another key is not used. */
  key: string;
  epoch: string;
  seq: number;
  /** Sorted by projection, then by content. */
  pages: PageEntry[];
}

/** Encodes the manifest: a checksum, followed by JSON. */
export function encodeManifest(manifest: Manifest): string {
  const json = JSON.stringify(manifest);
  return `${crc32(json)}\n${json}\n`;
}

/** @throws HeycatError NOT_READY for any text that {@link encodeManifest} does not produce. */
export function decodeManifest(text: string): Manifest {
  const [crc, json = ''] = text.split('\n', 2);
  if (text !== `${crc32(json)}\n${json}\n` || crc === undefined) throw damaged('snapshot.json');
  return JSON.parse(json) as Manifest;
}

/** @throws HeycatError NOT_READY if the bytes are not those that were written. */
export function checkPage({ file, bytes, crc }: PageEntry, content: Buffer): void {
  if (content.length !== bytes || crc32(content) !== crc) throw damaged(file);
}

function damaged(file: string): HeycatError {
  return new HeycatError('NOT_READY', `The cache is damaged (${file}); try again in a moment.`);
}
