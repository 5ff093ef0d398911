import { describe, it, vi } from 'vitest';
import { liveHalf } from './lives.ts';

vi.mock('../../../lib/adapters/dynamodb/blob.ts', () => import('../memory/blob.ts'));

describe('the offer ledger, in the other half of the seeds', () => {
  it(
    'gives exactly what there is, and keeps its books, whatever happens',
    {
      timeout: 14_400_000,
    },
    () => liveHalf(1),
  );
});
