import { crc32 } from 'node:zlib';
import { HeycatError } from '../../errors.ts';

/** A file that holds some of a projection's content as a JSON array. */
export interface PageEntry {
  projection: string;
  /** Of the rows' ids; 0 for rows that have none. */
  page: number;
  count: number;
  file: string;
  bytes: number;
  crc: number;
}

/** What `snapshot.json` says; nothing counts that it does not name. */
export interface Manifest {
  /** Snapshots of another key mean something else. */
  key: string;
  epoch: string;
  seq: number;
  /** By projection, then in order of its content. */
  pages: PageEntry[];
}

/** The manifest as text: the checksum of what follows, then JSON. */
export function encodeManifest(manifest: Manifest): string {
  const json = JSON.stringify(manifest);
  return `${crc32(json)}\n${json}\n`;
}

/** @throws HeycatError NOT_READY for any text that {@link encodeManifest} does not give. */
export function decodeManifest(text: string): Manifest {
  const [crc, json = ''] = text.split('\n', 2);
  if (text !== `${crc32(json)}\n${json}\n` || crc === undefined) throw damaged('snapshot.json');
  return JSON.parse(json) as Manifest;
}

/** @throws HeycatError NOT_READY for any bytes but those that were written. */
export function checkPage({ file, bytes, crc }: PageEntry, content: Buffer): void {
  if (content.length !== bytes || crc32(content) !== crc) throw damaged(file);
}

function damaged(file: string): HeycatError {
  return new HeycatError('NOT_READY', `The cache is damaged (${file}); ask again in a moment.`);
}
