import type { Grant } from './instance.ts';

/**
 * Whether a grant is the visitor's to use.
 *
 * @param at - milliseconds since 1970
 */
export const isHeld = ({ status, expiresAt }: Pick<Grant, 'status' | 'expiresAt'>, at: number): boolean =>
  status === 'held' && (expiresAt === null || at < expiresAt);
