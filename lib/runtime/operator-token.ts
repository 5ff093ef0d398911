import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { KeyRecord } from '../contracts/control.ts';
import type { KeyKind } from '../contracts/routes.ts';
import { hashKey } from './keys.ts';

/** Whom operators and agents log in with. */
export interface OperatorTokenRules {
  /** Expected `iss`; absent: nobody logs in so. */
  readonly issuer: string | undefined;
  /** Expected `aud`. */
  readonly audience: string | undefined;
  /** Where the issuer publishes its keys. */
  readonly keysUrl: string | undefined;
}

/** What a token may do, as a key; null for one that proves nothing or may do nothing. Rejects where its keys can't be read. */
export type OperatorVerifier = (token: string) => Promise<KeyRecord | null>;

/** Public keys sign them: a shared secret would let whoever verifies make some. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'];

/** What each scope stands for: an operator's is an admin key, an agent's a secret one. The widest one counts. */
const SCOPES: readonly (readonly [scope: string, kind: KeyKind])[] = [
  ['wend:admin', 'admin'],
  ['wend:agent', 'secret'],
];

/** How long the issuer may take to say its keys. */
const KEYS_TIMEOUT_MS = 3000;

/** The scopes of a token, as OAuth writes them (RFC 8693) and as some issuers do. */
const scopesIn = ({ scope, scp }: { readonly [claim: string]: unknown }): readonly string[] => {
  if (typeof scope === 'string') return scope.split(' ');
  if (typeof scp === 'string') return scp.split(' ');
  return Array.isArray(scp) ? scp.filter((one) => typeof one === 'string') : [];
};

/** A token that the issuer's keys can't be asked about is not known to be wrong. */
const isAboutToken = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  /^ERR_(?:JWT|JWS|JOSE_ALG|JOSE_NOT|JWKS_NO_MATCHING|JWKS_MULTIPLE)/.test(error.code);

/**
 * Verifies tokens of operators and agents: signed by a key that the issuer publishes, for this audience, not expired, with
 * a scope that stands for a kind of key.
 *
 * @returns undefined where no issuer is configured
 */
export const createOperatorVerifier = (rules: OperatorTokenRules): OperatorVerifier | undefined => {
  const { issuer, audience, keysUrl } = rules;
  if (issuer === undefined || audience === undefined || keysUrl === undefined) return undefined;
  const keys = createRemoteJWKSet(new URL(keysUrl), { timeoutDuration: KEYS_TIMEOUT_MS });
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['sub', 'exp'],
      });
      const scopes = scopesIn(payload);
      const kind = SCOPES.find(([scope]) => scopes.includes(scope))?.[1];
      // Who it is stays with the issuer: logs get a name that leads back there only.
      return kind === undefined
        ? null
        : { id: `oidc:${hashKey(`${issuer} ${payload.sub}`).slice(0, 16)}`, kind };
    } catch (error) {
      if (isAboutToken(error)) return null;
      throw error;
    }
  };
};
