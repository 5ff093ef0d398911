import { row } from '../timing.ts';

/**
 * What others publish of themselves, each figure with the page that states it. These are limits of a hosted service, or
 * statements and defaults, and no measurements.
 */

const ADOBE = 'https://experienceleague.adobe.com/en/docs/journey-optimizer/using';
const guardrails = `[guardrails](${ADOBE}/get-started/guardrails)`;
const entries = `[profile entrance](${ADOBE}/orchestrate-journeys/manage-journey/entry-management)`;
const events = `[journey events](${ADOBE}/configure-journeys/events-journeys/about-events)`;
const waits = `[wait activity](${ADOBE}/orchestrate-journeys/about-journey-building/wait-activity)`;
const dittofeedFaq = '[FAQ](https://docs.dittofeed.com/guide/faq)';
const dittofeedArchitecture = '[architecture](https://docs.dittofeed.com/contributing/architecture)';
const dittofeedDefaults =
  '[`config.ts`](https://github.com/dittofeed/dittofeed/blob/077fc315082be84841cf0e0b5ae343f44ed1a4b1/packages/backend-lib/src/config.ts)';

const rows: readonly (readonly [what: string, wend: string, adobe: string, dittofeed: string])[] = [
  [
    'events that move journeys',
    'measured above; grows with the shards of queue and table',
    `5,000/s for a whole organization, the rest queued for at most 24 h (${events})`,
    'no figure published',
  ],
  [
    'from event to first action',
    'measured above, with EventBridge and SQS between in the cloud',
    `up to 5 minutes for journeys that an event starts (${guardrails})`,
    `segments are computed by polling (${dittofeedArchitecture}), “within the next minute” (${dittofeedFaq}); by default every 120 s (${dittofeedDefaults})`,
  ],
  [
    'one event to many people',
    'measured above, each follower by their own mail',
    `20,000 profiles/s for a sandbox, at best (${entries}), after an export that takes 15 minutes to an hour (${events})`,
    'no figure published',
  ],
  [
    'journeys live at once',
    'no limit of their own; 200 running for one person',
    `100 by default, of 50 activities each (${guardrails})`,
    'no figure published',
  ],
  [
    'the same person again',
    'at once, if the journey says so; one instance a key',
    `one instance a journey; not within 5 minutes by default (${guardrails})`,
    'a journey entered by an event, each time (same FAQ)',
  ],
  [
    'longest wait',
    '200 years, months and years by the calendar',
    `90 days, and 91 in a journey altogether (${waits})`,
    'no figure published',
  ],
  [
    'precision of a wait',
    'a minute, that of EventBridge Scheduler; a time of day may be spread over ten',
    'no figure published',
    'no figure published',
  ],
  [
    'largest instance of a journey',
    'a person’s whole item: measured above, 200 KB at most',
    `1 MB, then the profile drops out with an error (${guardrails})`,
    'no figure published',
  ],
];

/** What others publish, as a table in Markdown. */
export const publishedTable = (): string =>
  [
    '**What others publish** of their journeys. None of it was measured here: Adobe’s are limits of a hosted service, Dittofeed’s statements and defaults.',
    '',
    row(['', 'Wend', 'Adobe Journey Optimizer', 'Dittofeed']),
    row(['---', '---', '---', '---']),
    ...rows.map((cells) => row(cells)),
  ].join('\n');
