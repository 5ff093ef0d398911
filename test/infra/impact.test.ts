import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { ImpactMissing, requireImpact } from '../../infra/constructs/impact.ts';
import { WendTable } from '../../infra/constructs/wend-table.ts';
import { FUNCTION_NAMES, FUNCTIONS } from '../../infra/functions.ts';
import { TABLES } from '../../lib/contracts/tables.ts';

describe('the impact of a construct', () => {
  it.each(['', '   ', 'Bad.', 'None at all', `${'word '.repeat(60)}.`])('is not %j', (impact) => {
    expect(() => requireImpact('Visitors', impact)).toThrow(ImpactMissing);
    expect(() => requireImpact('Visitors', impact)).toThrow(/^Visitors: /);
  });

  it('stops a construct from being made when it is left out', () => {
    const stack = new Stack(new App(), 'stack');
    const make = (impact: string) =>
      new WendTable(stack, 'Visitors', {
        impact,
        name: 'visitors',
        definition: TABLES.visitors,
        retain: false,
        deletionProtection: false,
        recoveryDays: null,
        ownKey: false,
        replicas: [],
      });
    expect(() => make('')).toThrow(ImpactMissing);
  });

  it('is a sentence for every function, and a different one', () => {
    const sentences = FUNCTION_NAMES.map((name) => requireImpact(name, FUNCTIONS[name].impact));
    expect(new Set(sentences).size).toBe(FUNCTION_NAMES.length);
  });
});
