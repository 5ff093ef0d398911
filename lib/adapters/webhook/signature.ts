import { createHmac } from 'node:crypto';

/** The secret of a webhook as the specification writes it: 24 to 64 random bytes in base64. */
const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;
const MIN_SECRET_BYTES = 24;
const MAX_SECRET_BYTES = 64;

/** The configuration of the webhook is not one that messages could be signed with. */
export class WebhookMisconfigured extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WebhookMisconfigured';
  }
}

/**
 * Reads `WEND_WEBHOOK_SECRET`: one secret, or two with a space between them while the receiver changes over.
 *
 * @throws WebhookMisconfigured, without the secret in its message
 */
export const readSecrets = (text: string): readonly Buffer[] => {
  const secrets = text
    .split(/\s+/)
    .filter((one) => one !== '')
    .map((one) => Buffer.from(SECRET.exec(one)?.[1] ?? '', 'base64'));
  if (
    secrets.length === 0 ||
    secrets.some(({ length }) => length < MIN_SECRET_BYTES || length > MAX_SECRET_BYTES)
  ) {
    throw new WebhookMisconfigured(
      `WEND_WEBHOOK_SECRET: expected whsec_ and the base64 of ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} random bytes`,
    );
  }
  return secrets;
};

/** What is sent, and when it is sent: seconds since 1970. */
export interface Signed {
  readonly id: string;
  readonly timestamp: number;
  readonly body: string;
}

/** The header `webhook-signature` of Standard Webhooks 1.0: one `v1,<base64>` for each secret. */
export const signatureOf = (secrets: readonly Buffer[], { id, timestamp, body }: Signed): string =>
  secrets
    .map(
      (secret) => `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
    )
    .join(' ');
