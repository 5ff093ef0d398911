import { describe, it, vi } from 'vitest';
import { liveHalf } from './lives.ts';

vi.mock('../../lib/adapters/dynamodb/blob.ts', () => import('./memory/blob.ts'));

describe('the house of functions, in the other half of the seeds', () => {
  it(
    'keeps its laws whatever dies, is lost, refused, late or repeated on the way',
    {
      timeout: 14_400_000,
    },
    () => liveHalf(1),
  );
});
