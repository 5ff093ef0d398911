import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES } from '../../infra/functions.ts';
import { handlerOf, statementsFor } from './resources.ts';
import { synthesize } from './synthesize.ts';

const deliveries = {
  email: { from: 'Shop <hello@shop.example>', identity: 'shop.example' },
  webhook: { url: 'https://shop.example/wend', secretName: 'shop/webhook' },
};

describe('who delivers messages', () => {
  const { resources } = synthesize('production', { deliveries });
  const { resources: none } = synthesize('production');

  it('is one function, and from one address', () => {
    const senders = FUNCTION_NAMES.flatMap((name) =>
      statementsFor(resources, name)
        .filter(({ Action }) => Action.some((action) => action.startsWith('ses:')))
        .map((statement) => ({ name, ...statement })),
    );
    expect(senders).toEqual([
      expect.objectContaining({
        name: 'on-delivery-effects',
        Action: ['ses:SendEmail'],
        Condition: { StringEquals: { 'ses:FromAddress': 'hello@shop.example' } },
      }),
    ]);
    expect(JSON.stringify(senders[0]?.Resource)).toContain(':identity/shop.example"');
    expect(JSON.stringify(senders[0]?.Resource)).not.toContain('*');
  });

  it('knows where messages go, and signs with a secret that the template does not hold', () => {
    expect(handlerOf(resources, 'on-delivery-effects').Environment.Variables).toMatchObject({
      WEND_EMAIL_FROM: 'Shop <hello@shop.example>',
      WEND_WEBHOOK_URL: 'https://shop.example/wend',
      WEND_WEBHOOK_SECRET: '{{resolve:secretsmanager:shop/webhook:SecretString:::}}',
    });
    for (const name of FUNCTION_NAMES.filter((each) => each !== 'on-delivery-effects')) {
      const variables = Object.keys(handlerOf(resources, name).Environment.Variables);
      expect(
        variables.filter((key) => /WEBHOOK|EMAIL/.test(key)),
        name,
      ).toEqual([]);
    }
  });

  it('is nobody until the configuration says who', () => {
    const variables = handlerOf(none, 'on-delivery-effects').Environment.Variables;
    expect(Object.keys(variables).filter((key) => /WEBHOOK|EMAIL/.test(key))).toEqual([]);
  });
});
