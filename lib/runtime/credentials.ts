/**
 * The key of a request's `Authorization` header: `Bearer <key>`, or HTTP Basic with the key as user name, as the
 * Segment SDKs send it (RFC 7617; the password is ignored, SDKs leave it empty). `null` where there is none.
 */
export const keyOfAuthorization = (header: string | undefined): string | null => {
  const [, scheme = '', credentials = ''] = /^(\S+) +(\S+)\s*$/.exec(header ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return credentials;
    case 'basic': {
      const [user = ''] = Buffer.from(credentials, 'base64').toString('utf8').split(':', 1);
      return user === '' ? null : user;
    }
    default:
      return null;
  }
};

/** The `writeKey` of a tracking body, which browsers' SDKs send so to need no header. */
export const keyOfBody = (body: unknown): string | null =>
  typeof body === 'object' && body !== null && 'writeKey' in body && typeof body.writeKey === 'string'
    ? body.writeKey
    : null;

/** Longest token that is looked at. */
const MAX_TOKEN_LENGTH = 8192;

/** Whether a credential looks like a JWT: keys have no dots. */
export const looksLikeToken = (credential: string): boolean =>
  /^[\w-]+\.[\w-]+\.[\w-]+$/.test(credential) && credential.length <= MAX_TOKEN_LENGTH;
