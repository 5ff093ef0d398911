import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES, FUNCTIONS, type FunctionName } from '../../infra/functions.ts';

const sourceOf = (name: FunctionName): string =>
  readFileSync(new URL(`../../${FUNCTIONS[name].source}`, import.meta.url), 'utf8');

/** Queues whose URLs a file asks its environment for, where it lists them. */
const queuesIn = (source: string): readonly string[] | null => {
  const list = /queueUrlsOf\(environment, \[([^\]]*)\]\)/.exec(source)?.[1];
  return list === undefined ? null : [...list.matchAll(/'([^']+)'/g)].map(([, queue = '']) => queue);
};

describe('the definition of a function says what its file wires', () => {
  it.each(FUNCTION_NAMES)('%s: where it sends', (name) => {
    const source = sourceOf(name);
    const listed = queuesIn(source);
    if (source.includes('queueUrlsOf') && listed === null) {
      // Publish sends to a queue for each kind of effect, and lists none by hand.
      expect(name).toBe('on-visitors-changed');
      return;
    }
    expect([...(listed ?? [])].sort()).toEqual([...FUNCTIONS[name].sends].sort());
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
    },
  );
});
