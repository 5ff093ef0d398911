import { createHmac, hash } from 'node:crypto';

/** What a signature is made with. */
export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** A request that posts to `/`: all that DynamoDB is ever sent. */
export interface SignableRequest {
  /** Names in lower case; all of them are signed. */
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

/** Makes the `authorization` of a request. */
export type RequestSigner = (
  request: SignableRequest,
  credentials: SigningCredentials,
  region: string,
) => string;

const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/**
 * Signs requests to DynamoDB with AWS Signature Version 4, as the SDK does (a test compares both), in a tenth of the
 * time: the key, which is the same all day, is derived once for as long as credentials last.
 *
 * The request must carry `x-amz-date`, and `x-amz-security-token` where the credentials have one.
 */
export const createRequestSigner = (): RequestSigner => {
  let derived: { readonly from: string; readonly key: Buffer } | null = null;
  const keyOf = (secret: string, day: string, region: string): Buffer => {
    const from = `${secret}\n${day}\n${region}`;
    if (derived?.from !== from) {
      const key = [day, region, 'dynamodb', 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${secret}`);
      derived = { from, key: Buffer.from(key) };
    }
    return derived.key;
  };
  return ({ headers, body }, { accessKeyId, secretAccessKey }, region) => {
    const names = Object.keys(headers).sort();
    const signed = names.join(';');
    const canonicalHeaders = names.map((name) => `${name}:${headers[name]?.trim().replace(/\s+/g, ' ')}\n`);
    const canonical = `POST\n/\n\n${canonicalHeaders.join('')}\n${signed}\n${hash('sha256', body)}`;
    const at = headers['x-amz-date'] ?? '';
    const day = at.slice(0, 8);
    const scope = `${day}/${region}/dynamodb/aws4_request`;
    const toSign = `AWS4-HMAC-SHA256\n${at}\n${scope}\n${hash('sha256', canonical)}`;
    const signature = hmac(keyOf(secretAccessKey, day, region), toSign).toString('hex');
    return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
  };
};
