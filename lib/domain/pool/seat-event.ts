import { createHash } from 'node:crypto';
import type { VisitorEvent } from '../visitor/event.ts';
import type { Candidate } from './pool.ts';

/** Wend's own event that offers a seat. */
const SEAT_OFFERED = 'Seat Offered';

/** The event that tells a candidate of their seat: the same each time, by pool and run. */
export const seatEventOf = (poolId: string, { run, stepId, offeredAt }: Candidate): VisitorEvent => ({
  messageId: `seat:${createHash('sha256')
    .update(JSON.stringify([poolId, run, stepId]))
    .digest('base64url')}`,
  type: 'track',
  name: SEAT_OFFERED,
  at: offeredAt ?? 0,
  receivedAt: offeredAt ?? 0,
  own: true,
  properties: { poolId, run, stepId },
  traits: {},
  context: {},
});
