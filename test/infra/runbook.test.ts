import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { QUEUE_NAMES } from '../../infra/queues.ts';
import { LOG_MESSAGES } from '../../lib/contracts/log-messages.ts';
import { ofType, synthesize } from './synthesize.ts';

const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');

/** The paragraph under a heading, to the next one. */
const paragraphs = new Map(
  runbook
    .split(/^### /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section.slice(section.indexOf('\n'))]),
);

/** The heading of each dead-letter queue, by the beginning of its logical id. */
const HEADINGS: readonly (readonly [id: string, heading: string])[] = [
  ...QUEUE_NAMES.flatMap(
    (name) =>
      [
        [`Events${name.replaceAll('-', '')}ruleUndelivered`, `Undelivered: \`${name}\``],
        [`Events${name.replaceAll('-', '')}Failed`, `Failed: \`${name}\``],
      ] as const,
  ),
  ['EventsPublishFailed', 'Failed: publish'],
  ['EventsPublishAbandoned', 'Abandoned: publish'],
  ['EventsSweepFailed', 'Failed: sweep'],
];

const { resources } = synthesize('production');
const deadLetterQueues = ofType(resources, 'AWS::SQS::Queue')
  .map(({ id }) => id)
  .filter((id) => !/Queue[0-9A-F]{8}$/.test(id));

describe('the runbook', () => {
  it.each(deadLetterQueues)(
    'says of %s what it means, what to look at, what to do and when it is over',
    (id) => {
      const heading = HEADINGS.find(([prefix]) => id.startsWith(prefix))?.[1] ?? `nothing about ${id}`;
      const paragraph = paragraphs.get(heading);
      expect(paragraph, heading).toBeDefined();
      for (const part of ['*For a customer*', '*Look at*', '*Do*', '*Over*']) {
        expect(paragraph, `${heading}: ${part}`).toContain(part);
      }
    },
  );

  it('speaks of no dead-letter queue that is not there', () => {
    const known = HEADINGS.filter(([prefix]) => deadLetterQueues.some((id) => id.startsWith(prefix)));
    const spokenOf = [...paragraphs.keys()].filter((heading) =>
      /^(Failed|Undelivered|Abandoned): /.test(heading),
    );
    expect(spokenOf.sort()).toEqual(known.map(([, heading]) => heading).sort());
  });
});

describe('an alarm', () => {
  const alarms = ofType(resources, 'AWS::CloudWatch::Alarm');

  it('says what it means and where to read on, under a heading that is there', () => {
    expect(alarms.length).toBeGreaterThan(0);
    const anchors = new Set(
      [...runbook.matchAll(/^#{2,3} (.+)$/gm)].map(([, heading = '']) =>
        heading
          .toLowerCase()
          .replaceAll(/[^a-z0-9 -]/g, '')
          .replaceAll(' ', '-'),
      ),
    );
    for (const { id, Properties } of alarms) {
      const anchor = /docs\/runbook\.md#([a-z0-9-]+)$/.exec(String(Properties['AlarmDescription']))?.[1];
      expect(anchors, id).toContain(anchor);
    }
  });

  it('rings where journeys go in circles, in whichever function it is noticed', () => {
    const filters = ofType(resources, 'AWS::Logs::MetricFilter').map(({ Properties }) =>
      String(Properties['FilterPattern']),
    );
    const circles = filters.filter((pattern) => pattern.includes(LOG_MESSAGES.journeysStopped));
    expect(circles).toHaveLength(2);
  });
});
