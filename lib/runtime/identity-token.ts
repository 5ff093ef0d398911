import { errors, jwtVerify } from 'jose';

/** How the shop's identity tokens are verified. */
export interface IdentityTokenRules {
  /** HS256 secret shared with the shop; absent: no token is accepted. */
  readonly secret: string | undefined;
  /** Expected `aud`; absent: not checked. */
  readonly audience?: string | undefined;
}

export type IdentityTokenRefusal =
  | 'not-configured'
  | 'malformed'
  | 'wrong-algorithm'
  | 'wrong-signature'
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-audience'
  | 'subject-missing'
  | 'expiry-missing';

export type IdentityTokenOutcome =
  | { readonly proven: true; readonly userId: string; readonly expiresAt: number }
  | { readonly proven: false; readonly reason: IdentityTokenRefusal };

/** Longest token that is looked at. */
const MAX_TOKEN_LENGTH = 8192;

const refused = (reason: IdentityTokenRefusal): IdentityTokenOutcome => ({ proven: false, reason });

const reasonOf = (error: unknown): IdentityTokenRefusal => {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported)
    return 'wrong-algorithm';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'wrong-signature';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === 'missing') {
      if (error.claim === 'exp') return 'expiry-missing';
      if (error.claim === 'sub') return 'subject-missing';
    }
    if (error.claim === 'aud') return 'wrong-audience';
    if (error.claim === 'nbf') return 'not-yet-valid';
  }
  return 'malformed';
};

/**
 * Whether a token proves who the visitor is: a JWT that the shop signed with HS256, whose `sub` is the userId and
 * whose `exp` is ahead. Any other algorithm, `none` included, is refused.
 *
 * @param now - the service's clock, milliseconds since 1970
 */
export const createIdentityTokenVerifier = (
  rules: IdentityTokenRules,
): ((token: string, now: number) => Promise<IdentityTokenOutcome>) => {
  const key = rules.secret === undefined ? null : new TextEncoder().encode(rules.secret);
  return async (token, now) => {
    if (key === null) return refused('not-configured');
    if (token.length > MAX_TOKEN_LENGTH) return refused('malformed');
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['HS256'],
        requiredClaims: ['sub', 'exp'],
        currentDate: new Date(now),
        ...(rules.audience === undefined ? {} : { audience: rules.audience }),
      });
      const { sub, exp } = payload;
      if (typeof sub !== 'string' || sub === '') return refused('subject-missing');
      if (exp === undefined) return refused('expiry-missing');
      return { proven: true, userId: sub, expiresAt: exp * 1000 };
    } catch (error) {
      return refused(reasonOf(error));
    }
  };
};
