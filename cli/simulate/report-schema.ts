import * as z from 'zod';
import type { PlacementRequest } from '../../lib/domain/decision/request.ts';
import type { SimulationReport } from '../../lib/domain/simulation/report.ts';
import { type BrokenLine, EVENT_FORMATS, type EventFormat } from '../events/read-events.ts';

const count = z.int().min(0);
const amounts = z
  .record(z.string(), z.int())
  .describe(
    "Minor units by ISO 4217 code: `{ USD: 1250 }` is 12.50 dollars; what a reward doesn't touch is absent.",
  );

/** The file that `wend simulate --report` writes: what the pure engine found, of which input. */
export interface SimulationFile extends SimulationReport {
  readonly input: {
    readonly format: EventFormat;
    readonly lines: number;
    readonly events: number;
    readonly decideOn: readonly string[];
    readonly placements: readonly PlacementRequest[];
    readonly channel: string | null;
    readonly definitions: number;
  };
  readonly brokenLines: { readonly count: number; readonly listed: readonly BrokenLine[] };
}

/** What the pure engine found. */
const simulationSchema = z.object({
  formatVersion: z.literal(1).describe('Grows when a field changes its meaning or goes.'),
  period: z
    .object({ from: z.iso.datetime(), to: z.iso.datetime() })
    .nullable()
    .describe('First and last event that took effect; null where none did.'),
  events: z.object({
    applied: count.describe('Took effect.'),
    repeated: count.describe('Had taken effect already, by their messageId.'),
    byName: z.array(z.object({ name: z.string(), count })).describe('Took effect, most frequent first.'),
  }),
  visitors: z.object({
    total: count,
    known: count.describe('With a userId.'),
    heldOut: count.describe('From whom the global holdout withholds.'),
  }),
  carts: count.describe('Carts that had a line, by visitor and cart id.'),
  orders: z.object({
    count: count.describe('Completed and not cancelled.'),
    revenue: count.describe("Of those in the settings' currency, refunds taken off; minor units."),
    currency: z.string().describe("The settings'; ISO 4217."),
  }),
  decisions: z.object({
    count: count.describe('Events at which a page asked what to show.'),
    serviceFirst: count.describe('Of them, those in which nothing was sold since a problem was open.'),
    impressions: count.describe('What they showed; each took effect as an Experience Viewed event.'),
  }),
  experiences: z
    .array(
      z.object({
        experienceId: z.string(),
        impressions: count.describe('Every experience that a decision chose counts as seen.'),
        visitors: count.describe('People who saw it.'),
        variants: z.array(z.object({ variant: z.string(), impressions: count, visitors: count })),
      }),
    )
    .describe('All of the catalog, by id; those never shown have 0.'),
  offers: z
    .array(
      z.object({
        offerId: z.string(),
        orders: z
          .object({ count, cost: amounts })
          .describe('Orders to which it would have applied, and what it would have taken off them.'),
        decisions: z
          .object({ count, amount: amounts })
          .describe('Decisions in whose cart it stood; the same cart counts at each of them.'),
      }),
    )
    .describe('All of the catalog, by id; those never applied have 0.'),
  journeys: z
    .array(
      z.object({
        journeyId: z.string(),
        entered: count.describe('Instances, the holdout included.'),
        treated: z.object({ entered: count, goals: count }),
        heldOut: z.object({ entered: count, goals: count }),
        messages: z.object({ requested: count, dropped: count }),
      }),
    )
    .describe('All of the catalog, by id; those that nobody entered have 0.'),
  problems: z.array(z.object({ problemId: z.string(), opened: count, closed: count })),
  grants: z
    .array(z.object({ offerId: z.string(), granted: count, withdrawn: count }))
    .describe('Offers that journeys granted.'),
}) satisfies z.ZodType<SimulationReport>;

/** {@link SimulationFile}. It holds no clock and no speed: the same input, the same bytes. */
export const simulationReportSchema = simulationSchema.extend({
  input: z.object({
    format: z.enum(EVENT_FORMATS),
    lines: count,
    events: count.describe('Read from those lines.'),
    decideOn: z.array(z.string()).describe('Names of events at which a page asks what to show.'),
    placements: z.array(z.object({ id: z.string(), limit: z.int().min(1) })),
    channel: z.string().nullable(),
    definitions: count,
  }),
  brokenLines: z.object({
    count,
    listed: z
      .array(z.object({ line: z.int().min(1), message: z.string() }))
      .describe('The first thousand; a line counts once for each thing that is wrong in it.'),
  }),
}) satisfies z.ZodType<SimulationFile>;
