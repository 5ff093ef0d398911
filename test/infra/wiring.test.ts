import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES, FUNCTIONS, type FunctionName } from '../../infra/functions.ts';
import { QUEUE_OF_EFFECT } from '../../lib/contracts/queues.ts';

const sourceOf = (name: FunctionName): string =>
  readFileSync(new URL(`../../${FUNCTIONS[name].source}`, import.meta.url), 'utf8');

/** Queues with a consumer whose URLs a file asks its environment for. */
const queuesIn = (source: string): readonly string[] => {
  const [, list = ''] = /queueUrlsOf\(environment, \[([^\]]*)\]\)/.exec(source) ?? [];
  const named = [...list.matchAll(/'([^']+)'/g)].map(([, queue = '']) => queue);
  const ofEffects = list.includes('...Object.values(QUEUE_OF_EFFECT)') ? Object.values(QUEUE_OF_EFFECT) : [];
  return [...ofEffects, ...named.filter((queue) => queue !== 'publish-failed')];
};

describe('the definition of a function says what its file wires', () => {
  it.each(FUNCTION_NAMES)('%s: where it sends', (name) => {
    const source = sourceOf(name);
    expect([...queuesIn(source)].sort()).toEqual([...FUNCTIONS[name].sends].sort());
    expect(source.includes("'publish-failed'")).toBe(name === 'on-visitors-changed');
  });

  it.each(FUNCTION_NAMES)(
    '%s: whether it publishes, verifies identities, arms timers and delivers',
    (name) => {
      const source = sourceOf(name);
      const { publishes, verifiesIdentity, needs = [] } = FUNCTIONS[name];
      expect(publishes, 'publishes').toBe(source.includes('createEventBus('));
      expect(verifiesIdentity, 'verifies').toBe(source.includes('createIdentityTokenVerifier('));
      expect(needs.includes('schedules'), 'schedules').toBe(source.includes('schedulerOf('));
      expect(needs.includes('deliveries'), 'deliveries').toBe(source.includes('WEND_WEBHOOK_SECRET'));
      expect(needs.includes('operators'), 'operators').toBe(source.includes('operatorsOf('));
    },
  );
});
