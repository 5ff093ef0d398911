import {
  AccountSuspendedException,
  BadRequestException,
  LimitExceededException,
  MessageRejected,
  SESv2Client,
  SendEmailCommand,
  TooManyRequestsException,
} from '@aws-sdk/client-sesv2';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { createEmail } from '../../../lib/adapters/ses/email.ts';
import type { DeliveryEffect } from '../../../lib/domain/effect/effect.ts';
import { deliveryOf } from '../../e2e/deliver/messages.ts';

const client = new SESv2Client({ region: 'us-east-1', maxAttempts: 1 });
const ses = mockClient(client);
const email = createEmail(client, 'Shop <hello@shop.example>');
const said = { message: 'forced', $metadata: {} };

beforeEach(() => {
  ses.reset();
  ses.on(SendEmailCommand).resolves({ MessageId: 'ses-1' });
});

const to = (address: string | null, effect = deliveryOf('m-1')): DeliveryEffect => ({
  ...effect,
  address: { email: address, phone: null },
});

const sent = () => ses.commandCalls(SendEmailCommand).map(({ args }) => args[0].input);

describe('an e-mail', () => {
  it('is sent with its text, its HTML and the id of its message', async () => {
    const content = { subject: 'Your\r\ncart', body: 'Still here, Zoë.', html: '<p>Still here.</p>' };
    expect(await email.deliver(deliveryOf('m-1', { content }))).toEqual({ outcome: 'delivered' });
    expect(sent()).toEqual([
      {
        FromEmailAddress: 'Shop <hello@shop.example>',
        Destination: { ToAddresses: ['don@customer.example'] },
        Content: {
          Simple: {
            Subject: { Data: 'Your cart', Charset: 'UTF-8' },
            Body: {
              Text: { Data: 'Still here, Zoë.', Charset: 'UTF-8' },
              Html: { Data: '<p>Still here.</p>', Charset: 'UTF-8' },
            },
            Headers: [{ Name: 'X-Wend-Message-Id', Value: 'm-1' }],
          },
        },
      },
    ]);
  });

  it.each([
    ['text', { subject: 's', body: 't' }, ['Text']],
    ['HTML', { subject: 's', html: '<p>' }, ['Html']],
  ])('may have %s alone', async (_, content, parts) => {
    await email.deliver(deliveryOf('m', { content }));
    expect(Object.keys(sent()[0]?.Content?.Simple?.Body ?? {})).toEqual(parts);
  });

  it.each([
    ['no address', to(null), 'no-address'],
    ['an empty address', to(' '), 'no-address'],
    ['two addresses', to('a@customer.example, b@customer.example'), 'address-invalid'],
    ['a line break in the address', to('a@customer.example\r\nBcc: b@customer.example'), 'address-invalid'],
    ['a name beside the address', to('A <a@customer.example>'), 'address-invalid'],
    ['an address without a domain', to('a@localhost'), 'address-invalid'],
    ['no subject', deliveryOf('m', { content: { body: 't' } }), 'content-incomplete'],
    ['nothing to say', deliveryOf('m', { content: { subject: 's', body: '' } }), 'content-incomplete'],
    ['content that is no object', deliveryOf('m', { content: 'hello' }), 'content-incomplete'],
  ])('with %s is refused, and SES is not asked', async (_, effect, reason) => {
    expect(await email.deliver(effect)).toEqual({ outcome: 'refused', reason });
    expect(sent()).toEqual([]);
  });

  it('goes to a domain of any script by its ASCII form', async () => {
    await email.deliver(to('zoe@müller.example'));
    expect(sent()[0]?.Destination?.ToAddresses).toEqual(['zoe@xn--mller-kva.example']);
  });

  it.each([new MessageRejected(said), new BadRequestException(said)])(
    'that SES rejects ($name) is refused for good',
    async (error) => {
      ses.on(SendEmailCommand).rejects(error);
      expect(await email.deliver(deliveryOf('m'))).toEqual({ outcome: 'refused', reason: 'rejected' });
    },
  );

  it.each([
    new TooManyRequestsException(said),
    new LimitExceededException(said),
    new AccountSuspendedException(said),
    new Error('connect ECONNREFUSED'),
  ])('that SES can not send now ($name) is to be tried again', async (error) => {
    ses.on(SendEmailCommand).rejects(error);
    expect(await email.deliver(deliveryOf('m'))).toEqual({ outcome: 'unavailable', reason: error.name });
  });
});
