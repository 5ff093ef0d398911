import { createHmac } from 'node:crypto';
import { isVisitorId } from '../identity/visitor-id.ts';
import { readyKey, seal, unseal } from './cipher.ts';

/**
 * What an environment's archive and tombstones name people by. Whoever has none of it finds neither whose a record is,
 * nor which records are one person's, nor whether somebody was erased.
 */
export interface ArchiveSecret {
  /** Hides, in a record, the visitor id whose key it is sealed with. */
  readonly names: Uint8Array;
  /** Names those who were erased. */
  readonly tombstones: Uint8Array;
}

/** @param bytes - 32 random ones, for good: with another secret no record and no tombstone is found any more */
export const archiveSecretOf = (bytes: Uint8Array): ArchiveSecret => {
  const derived = (purpose: string): Uint8Array => createHmac('sha256', bytes).update(purpose).digest();
  return { names: derived('names in the archive'), tombstones: derived('tombstones') };
};

/** What a tombstone calls a visitor id: 128 bits of its HMAC-SHA256, in 22 characters. */
export const tombstoneName = ({ tombstones }: ArchiveSecret, visitorId: string): string =>
  createHmac('sha256', readyKey(tombstones)).update(visitorId).digest('base64url').slice(0, 22);

/** A visitor id, hidden: each time otherwise, so that two records of one person don't show that they are. */
export const hideVisitorId = ({ names }: ArchiveSecret, visitorId: string, nonce: Uint8Array): string =>
  seal(names, nonce, visitorId, '').toString('base64url');

/** The visitor id that was hidden; null where it was hidden by another secret. */
export const findVisitorId = ({ names }: ArchiveSecret, hidden: string): string | null => {
  const visitorId = unseal(names, Buffer.from(hidden, 'base64url'), '');
  return visitorId !== null && isVisitorId(visitorId) ? visitorId : null;
};
