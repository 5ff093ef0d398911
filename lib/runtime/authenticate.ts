import type { KeyRecord } from '../contracts/control.ts';
import { MAX_NESTING, nestsDeeperThan } from '../contracts/http/json-safety.ts';
import type { Route } from '../contracts/routes.ts';
import { type RawBody, unpack } from './body.ts';
import { originAllowed } from './cors.ts';
import { keyOfAuthorization, keyOfBody, looksLikeToken } from './credentials.ts';
import { Forbidden, OriginRefused, Unauthenticated, Unavailable } from './errors.ts';
import { hashKey, type KeyDirectory, kindOf } from './keys.ts';
import type { OperatorVerifier } from './operator-token.ts';

/** Largest body that is looked into for its key: enough to tell 413 from 401 for one that is over its limit. */
const MAX_SEARCHED_BYTES = 2_000_000;

/**
 * The `writeKey` of a body that may break every other rule: who calls is settled first (401), and only then what
 * is wrong with the body (415, 413, 400).
 */
const writeKeyOf = (body: RawBody): string | null => {
  try {
    const text = unpack(body, MAX_SEARCHED_BYTES).toString('utf8');
    return nestsDeeperThan(text, MAX_NESTING) ? writeKeyOfText(text) : keyOfBody(JSON.parse(text));
  } catch {
    return null;
  }
};

/** In a body too deep to parse: whatever stands there as a write key. */
const writeKeyOfText = (text: string): string | null =>
  /"writeKey"\s*:\s*"([A-Za-z0-9_-]{1,200})"/.exec(text)?.[1] ?? null;

const findKey = async (keys: KeyDirectory, hash: string): Promise<KeyRecord | null> => {
  try {
    return await keys.find(hash);
  } catch (cause) {
    throw new Unavailable('The key could not be checked.', { cause });
  }
};

/** What an operator's or an agent's token stands for, where there are any. */
const ofToken = async (
  credential: string,
  operators: OperatorVerifier | undefined,
): Promise<KeyRecord | null> => {
  if (operators === undefined || !looksLikeToken(credential)) return null;
  try {
    return await operators(credential);
  } catch (cause) {
    throw new Unavailable('The token could not be checked.', { cause });
  }
};

/**
 * Who calls: 401 without a known key, 403 with one of the wrong kind or from a foreign origin.
 *
 * @param route - one that needs a key
 */
export const authenticate = async (
  route: Route,
  request: {
    readonly authorization: string | undefined;
    readonly origin: string | undefined;
    readonly body: RawBody;
  },
  { keys, operators }: { readonly keys: KeyDirectory; readonly operators?: OperatorVerifier | undefined },
): Promise<KeyRecord> => {
  const mayBeInBody = route.function === 'track-events';
  const key = keyOfAuthorization(request.authorization) ?? (mayBeInBody ? writeKeyOf(request.body) : null);
  if (key === null) throw new Unauthenticated('Send a key: Authorization: Bearer <key>.');
  const record = kindOf(key) === null ? await ofToken(key, operators) : await findKey(keys, hashKey(key));
  if (record === null) throw new Unauthenticated('The key is not known.');
  if (!(route.keys ?? []).includes(record.kind)) {
    throw new Forbidden(`This route takes a key of kind ${(route.keys ?? []).join(' or ')}.`);
  }
  if (!originAllowed(request.origin, record.origins)) throw new OriginRefused();
  return record;
};
