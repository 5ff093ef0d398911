import { describe, expect, it } from 'vitest';
import { toProblem } from '../../../lib/runtime/problem.ts';

const named = (name: string): Error => Object.assign(new Error('secret of somebody'), { name });

describe('what was thrown', () => {
  it.each(['TimeoutError', 'ProvisionedThroughputExceededException', 'ThrottlingException'])(
    'by a client whose service is slow or busy (%s) is a 503 that may be tried again',
    (name) => {
      const { status, headers, body } = toProblem(named(name), 'r');
      expect([status, headers?.['retry-after']]).toEqual([503, '1']);
      expect(JSON.stringify(body)).not.toContain('secret');
    },
  );

  it('by anything else is a 500 that tells nothing', () => {
    expect(toProblem(named('TypeError'), 'r').status).toBe(500);
    expect(JSON.stringify(toProblem(named('TypeError'), 'r').body)).not.toContain('secret');
  });
});
