import { expect, it } from 'vitest';
import { clientOf, fresh, SK } from '../contract/client.ts';
import { deployed } from '../contract/deployed.ts';

const wend = clientOf(() => deployed?.url ?? '');

it('decides by the demo catalog that the command published', async () => {
  const anonymousId = fresh('a');
  const answer = await wend.decide({ anonymousId, placements: ['home.hero'] }, { key: SK });
  expect(answer).toMatchObject({
    catalogVersion: 1,
    placements: { 'home.hero': { items: [{}] } },
    warnings: [],
  });
});
