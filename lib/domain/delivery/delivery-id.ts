import { createHash } from 'node:crypto';

/** What stands in a header, and in what is signed, without a doubt of where it ends. */
const PLAIN = /^[\w:#@/-]{1,200}$/;

/**
 * The id that a message carries to whoever delivers it, the same for every try: by it a receiver tells a repeat. An id
 * with a full stop in it, where a signature could be read as another message's, or with letters that no header holds,
 * is hashed.
 */
export const deliveryIdOf = (messageId: string): string =>
  PLAIN.test(messageId)
    ? messageId
    : `msg_${createHash('sha256').update(messageId).digest('base64url').slice(0, 27)}`;
