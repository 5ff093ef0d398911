import { gunzipSync } from 'node:zlib';
import {
  cleanJson,
  MAX_NESTING,
  needsCleaning,
  nestsDeeperThan,
  type UnknownFields,
} from '../contracts/http/json-safety.ts';
import { BodyTooLarge, InvalidRequest, UnsupportedMediaType } from './errors.ts';

/** A body as it arrived: the bytes of the wire, still packed if the sender packed them. */
export interface RawBody {
  readonly bytes: Buffer;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
}

/** What a route takes. */
export interface BodyRules {
  /** Media types, lower case. */
  readonly accepts: readonly string[];
  /** Largest size in bytes, packed and unpacked. */
  readonly limit: number;
  /** Deepest nesting; the outermost object is the first level. */
  readonly nesting: number;
  /** How fields are treated that no schema knows. */
  readonly unknownFields: UnknownFields;
}

/** Refuses (415) a media type, a charset or a content encoding that is not taken. */
const checkMediaType = (body: RawBody, accepts: readonly string[]): void => {
  const [type = '', ...parameters] = (body.contentType ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  const empty = body.bytes.length === 0 && type === '';
  if (!empty && !accepts.includes(type)) {
    throw new UnsupportedMediaType(`Expected a body of ${accepts.join(' or ')}.`);
  }
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.replace(/"/g, '');
  if (charset !== undefined && charset !== 'charset=utf-8' && charset !== 'charset=utf8') {
    throw new UnsupportedMediaType('Expected text in UTF-8.');
  }
  const encoding = (body.contentEncoding ?? 'identity').trim().toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw new UnsupportedMediaType('Expected a body that is not encoded, or gzip.');
  }
};

const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

const tooLarge = (limit: number): BodyTooLarge =>
  new BodyTooLarge(`A body may have at most ${limit} bytes here, unpacked.`);

const isOutgrown = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';

/**
 * The bytes of a body, unpacked where they start as gzip does (some senders pack without saying so). Unpacking
 * stops at `limit` bytes, so that a bomb costs no more memory than an honest body.
 */
export const unpack = (body: RawBody, limit: number): Buffer => {
  if (body.bytes.length > limit) throw tooLarge(limit);
  if (!isGzip(body.bytes)) {
    if (/gzip/i.test(body.contentEncoding ?? ''))
      throw new InvalidRequest('The body is not gzip, as its header says.');
    return body.bytes;
  }
  try {
    return gunzipSync(body.bytes, { maxOutputLength: limit });
  } catch (error) {
    throw isOutgrown(error) ? tooLarge(limit) : new InvalidRequest('The body is broken gzip.');
  }
};

const utf8 = new TextDecoder('utf-8', { fatal: true });

const decodeText = (bytes: Buffer): string => {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new InvalidRequest('The body is not UTF-8.');
  }
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the body: it stays here.
    throw new InvalidRequest('The body is not valid JSON.');
  }
};

/** Parses JSON that is safe to hold: bounded in depth, free of keys that reach a prototype. Refuses with 400. */
const parseJson = (
  bytes: Buffer,
  { nesting, unknownFields }: Pick<BodyRules, 'nesting' | 'unknownFields'>,
): unknown => {
  const text = decodeText(bytes);
  if (nestsDeeperThan(text, nesting)) {
    throw new InvalidRequest(`The body nests deeper than ${nesting} levels.`, [
      { path: '', message: `expected at most ${nesting} levels of nesting` },
    ]);
  }
  const value = parse(text);
  // Where unknown fields are ignored, one bad event must not spoil the others: each is cleaned by its reader.
  if (unknownFields === 'ignored' || !needsCleaning(text)) return value;
  const { value: clean, errors } = cleanJson(value, unknownFields, nesting);
  if (errors.length > 0) throw new InvalidRequest('The body has fields that are not allowed.', errors);
  return clean;
};

/** Largest body that is looked into before it is read: enough for one that is over its limit. */
const MAX_PEEKED_BYTES = 2_000_000;

/** What a body that may break every rule says, or undefined: some of it matters before what is wrong with it. */
export const peekJson = (body: RawBody): unknown => {
  try {
    const text = unpack(body, MAX_PEEKED_BYTES).toString('utf8');
    return nestsDeeperThan(text, MAX_NESTING) ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Reads a body in the order of the contract: media type (415), size (413), JSON (400). */
export const readBody = (body: RawBody, rules: BodyRules): unknown => {
  checkMediaType(body, rules.accepts);
  return parseJson(unpack(body, rules.limit), rules);
};
