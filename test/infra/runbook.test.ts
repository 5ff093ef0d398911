import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { QUEUE_NAMES } from '../../infra/queues.ts';
import { nameIn } from './resources.ts';
import { ofType, synthesize } from './synthesize.ts';

const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');

/** The paragraph under a heading, to the next one. */
const paragraphs = new Map(
  runbook
    .split(/^### /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section.slice(section.indexOf('\n'))]),
);

/** The heading of each dead-letter queue, by its name. */
const HEADINGS: readonly (readonly [name: string, heading: string])[] = [
  ...QUEUE_NAMES.flatMap(
    (name) =>
      [
        [`${name}-undelivered`, `Undelivered: \`${name}\``],
        [`${name}-failed`, `Failed: \`${name}\``],
      ] as const,
  ),
  ['publish-failed', 'Failed: publish'],
  ['publish-abandoned', 'Abandoned: publish'],
  ['sweep-failed', 'Failed: sweep'],
];

const { resources } = synthesize('production');
const deadLetterQueues = ofType(resources, 'AWS::SQS::Queue')
  .map((queue) => nameIn(queue) ?? '')
  .filter((name) => !QUEUE_NAMES.some((each) => each === name));

describe('the runbook', () => {
  it.each(deadLetterQueues)(
    'says of %s what it means, what to look at, what to do and when it is over',
    (name) => {
      const heading = HEADINGS.find(([each]) => each === name)?.[1] ?? `nothing about ${name}`;
      const paragraph = paragraphs.get(heading);
      expect(paragraph, heading).toBeDefined();
      for (const part of ['*For a customer*', '*Look at*', '*Do*', '*Over*']) {
        expect(paragraph, `${heading}: ${part}`).toContain(part);
      }
    },
  );

  it('speaks of no dead-letter queue that is not there', () => {
    const known = HEADINGS.filter(([name]) => deadLetterQueues.includes(name));
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
});
