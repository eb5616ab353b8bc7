import { blake3 } from '@noble/hashes/blake3.js';

/** What every SpacetimeDB identity starts with, and what its checksum is taken over as well. */
const PREFIX = [0xc2, 0x00];
const HASH_BYTES = 26;
const CHECKSUM_BYTES = 4;

/**
 * The identity of whoever a token's issuer and subject name, 64 hex digits, as every SpacetimeDB server computes it.
 * Source: crate spacetimedb-lib 1.2.0, `Identity::from_claims`.
 */
export function identityFromClaims(issuer: string, subject: string): string {
  const hash = blake3(Buffer.from(`${issuer}|${subject}`)).subarray(0, HASH_BYTES);
  const checksum = blake3(Uint8Array.from([...PREFIX, ...hash])).subarray(0, CHECKSUM_BYTES);
  return Buffer.from([...PREFIX, ...checksum, ...hash]).toString('hex');
}

/** 64 hex digits as the 32 bytes that BSATN carries, lowest first. */
export function identityBytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex')).toReversed();
}
