import { domainToASCII } from 'node:url';
import {
  BadRequestException,
  MessageRejected,
  SESv2Client,
  SendEmailCommand,
  type SendEmailCommandInput,
} from '@aws-sdk/client-sesv2';
import type { Deliverer, Handover } from '../../domain/delivery/delivery.ts';
import { deliveryIdOf } from '../../domain/delivery/delivery-id.ts';
import type { DeliveryEffect } from '../../domain/effect/effect.ts';
import { isJsonObject, type Json } from '../../domain/json.ts';

/** An SES client that gives up early; region, endpoint and credentials come from the environment. */
export const createSesClient = (): SESv2Client =>
  new SESv2Client({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 5000, throwOnRequestTimeout: true },
  });

/** What an e-mail says. */
interface Letter {
  readonly subject: string;
  readonly text: string | undefined;
  readonly html: string | undefined;
}

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Reads a message's content `{ subject, body, html? }`; null where there is nothing to send. */
const letterOf = (content: Json): Letter | null => {
  if (!isJsonObject(content)) return null;
  // A line break in a subject would begin the next header.
  const subject = textOf(content.subject)?.replace(/\s+/g, ' ').trim();
  const letter = { text: textOf(content.body), html: textOf(content.html) };
  if (subject === undefined || (letter.text ?? letter.html) === undefined) return null;
  return { subject, ...letter };
};

/** One mailbox: no list, no display name, nothing that could make it two. */
const MAILBOX = /^([!#$%&'*+/=?^_`{|}~\w.-]{1,64})@([^\s@<>()[\]\\,;:"]{1,190})$/;

/** The address as SES takes it, its domain in ASCII; null where it is none. */
const mailboxOf = (address: string): string | null => {
  const [, local, domain] = MAILBOX.exec(address.trim()) ?? [];
  const ascii = domainToASCII(domain ?? '');
  return local === undefined || !ascii.includes('.') ? null : `${local}@${ascii}`;
};

const utf8 = (data: string) => ({ Data: data, Charset: 'UTF-8' });

const requestOf = (from: string, to: string, letter: Letter, messageId: string): SendEmailCommandInput => ({
  FromEmailAddress: from,
  Destination: { ToAddresses: [to] },
  Content: {
    Simple: {
      Subject: utf8(letter.subject),
      Body: {
        ...(letter.text === undefined ? {} : { Text: utf8(letter.text) }),
        ...(letter.html === undefined ? {} : { Html: utf8(letter.html) }),
      },
      // SES knows no idempotency key: whoever receives the same message twice can tell by this.
      Headers: [{ Name: 'X-Wend-Message-Id', Value: deliveryIdOf(messageId) }],
    },
  },
});

/** SES says for good that it does not send this; all else (limits, a paused account, an outage) may pass. */
const failureOf = (error: unknown): Handover =>
  error instanceof MessageRejected || error instanceof BadRequestException
    ? { outcome: 'refused', reason: 'rejected' }
    : { outcome: 'unavailable', reason: error instanceof Error ? error.name : 'unknown' };

const refused = (reason: string): Handover => ({ outcome: 'refused', reason });

/** Sends messages of the channel `email` by SES. `from` is an address that SES has verified. */
export const createEmail = (client: SESv2Client, from: string): Deliverer => ({
  deliver: async ({ message, address }: DeliveryEffect) => {
    if (address.email === null || address.email.trim() === '') return refused('no-address');
    const to = mailboxOf(address.email);
    if (to === null) return refused('address-invalid');
    const letter = letterOf(message.content);
    if (letter === null) return refused('content-incomplete');
    try {
      await client.send(new SendEmailCommand(requestOf(from, to, letter, message.messageId)));
      return { outcome: 'delivered' };
    } catch (error) {
      return failureOf(error);
    }
  },
});
