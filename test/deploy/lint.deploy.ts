import { expect, it } from 'vitest';
import { outcomeOf } from './background.ts';
import { until } from './deployment.ts';

/** It goes on beside other tests, milliseconds. */
const PATIENCE_MS = 180_000;

it('the templates of no environment have anything that cfn-lint finds', {
  timeout: PATIENCE_MS + 10_000,
}, async () => {
  const findings = await until(
    () => outcomeOf('lint'),
    (outcome) => outcome !== undefined,
    PATIENCE_MS,
  );
  expect(findings).toBe('');
});
