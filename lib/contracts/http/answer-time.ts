import * as z from 'zod';

/** A time in an answer: RFC 3339 in UTC. */
export const answerTime = z.string().meta({ format: 'date-time' });
