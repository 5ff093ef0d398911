import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { anchorOf } from '../../infra/constructs/wend-alarm.ts';
import { LAID_ASIDE, QUEUE_NAMES } from '../../infra/queues.ts';
import { METRICS } from '../../lib/contracts/metrics.ts';
import { nameIn } from './resources.ts';
import { ofType, synthesize } from './synthesize.ts';

const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');

/** What stands under each heading, to the next one, by the heading's anchor. */
const paragraphs = new Map(
  runbook
    .split(/^#{2,3} /m)
    .slice(1)
    .map((section) => {
      const end = section.indexOf('\n');
      return [anchorOf(section.slice(0, end)), section.slice(end)] as const;
    }),
);

const PARTS = ['*For a customer*', '*Look at*', '*Do*', '*Over*'];

const { resources, config } = synthesize('production', { observability: { emails: ['ops@shop.example'] } });

const alarms = ofType(resources, 'AWS::CloudWatch::Alarm').map(({ id, stack, Properties }) => ({
  id,
  stack,
  Properties,
  anchor: /docs\/runbook\.md#([a-z0-9-]+)$/.exec(String(Properties['AlarmDescription']))?.[1] ?? '',
}));

describe('the runbook', () => {
  it.each([...new Set(alarms.map(({ anchor }) => anchor))])(
    'says under #%s what it means, what to look at, what to do and when it is over',
    (anchor) => {
      const paragraph = paragraphs.get(anchor);
      for (const part of PARTS) expect(paragraph, part).toContain(part);
    },
  );

  it('has a paragraph for each dead-letter queue there is, and for no other', () => {
    const deployed = ofType(resources, 'AWS::SQS::Queue')
      .map((queue) => nameIn(queue) ?? '')
      .filter((name) => !QUEUE_NAMES.some((each) => each === name));
    expect(LAID_ASIDE.map(({ name }) => name).sort()).toEqual(deployed.sort());
    const spokenOf = [...runbook.matchAll(/^### ((?:Failed|Undelivered|Abandoned): .+)$/gm)].map(
      ([, heading]) => heading,
    );
    // The last one is there where an environment has replicas.
    expect(spokenOf.sort()).toEqual(
      [...LAID_ASIDE.map(({ heading }) => heading), 'Undelivered: forward'].sort(),
    );
  });
});

describe('alarms', () => {
  const ofMetric = (metric: string) =>
    alarms.filter(({ Properties }) => JSON.stringify(Properties).includes(`"MetricName":"${metric}"`));

  it('watch every dead-letter queue and the age of every queue, and call at the first message laid aside', () => {
    const names = (metric: string) =>
      ofMetric(metric).map(
        ({ Properties }) => /"Value":"wend-production-([^"]+)"/.exec(JSON.stringify(Properties))?.[1],
      );
    expect(names('ApproximateNumberOfMessagesVisible').sort()).toEqual(
      LAID_ASIDE.map(({ name }) => name).sort(),
    );
    expect(names('ApproximateAgeOfOldestMessage').sort()).toEqual([...QUEUE_NAMES].sort());
    for (const { Properties } of ofMetric('ApproximateNumberOfMessagesVisible')) {
      expect(Properties).toMatchObject({ Threshold: 1, EvaluationPeriods: 1 });
    }
  });

  it.each([
    '5xx',
    'DecideMilliseconds',
    'OldestEventMilliseconds',
    'IteratorAge',
    'Throttles',
    'WriteThrottleEvents',
  ])('keep the promise that is measured by %s', (metric) => {
    expect(ofMetric(metric).length).toBeGreaterThan(0);
  });

  it('ring at what the configuration promises', () => {
    const { objectives } = config.observability ?? { objectives: null };
    const threshold = (prefix: string) =>
      alarms.find(({ id }) => id.startsWith(prefix))?.Properties['Threshold'];
    expect(threshold('AvailabilityAlarm')).toBeCloseTo(100 - (objectives?.availability ?? 0), 3);
    expect(threshold('DecideLatencyAlarm')).toBe(objectives?.decideP99);
    expect(threshold('OldestEventAlarm')).toBe((objectives?.oldestEvent ?? 0) * 1000);
  });

  it('tell one topic when they ring and when it is over, but those that a deployment looks at', () => {
    const [topic, ...others] = ofType(resources, 'AWS::SNS::Topic');
    expect(others).toEqual([]);
    const told = [{ Ref: topic?.id }];
    for (const { id, stack, Properties } of alarms) {
      const { AlarmActions, OKActions } = Properties;
      const expected = stack === 'observability' ? [told, told] : [undefined, undefined];
      expect([AlarmActions, OKActions], id).toEqual(expected);
    }
    expect(
      ofType(resources, 'AWS::SNS::Subscription').map(({ Properties }) => Properties['Endpoint']),
    ).toEqual(['ops@shop.example']);
  });

  it('are different sentences of what a customer notices', () => {
    for (const { id, Properties } of alarms) {
      expect(String(Properties['AlarmDescription']), id).toMatch(/^.{20,}\. What to do: docs\/runbook\.md#/);
    }
  });
});

describe('the dashboard', () => {
  it('shows every figure that functions report, and is one', () => {
    const [dashboard, ...others] = ofType(resources, 'AWS::CloudWatch::Dashboard');
    expect(others).toEqual([]);
    const body = JSON.stringify(dashboard?.Properties['DashboardBody']);
    for (const name of Object.keys(METRICS)) expect(body).toContain(name);
  });

  it('is left out, with the alarms, where the configuration has none', () => {
    const { templates } = synthesize('emulated');
    expect([...templates.keys()]).toEqual(['data', 'events', 'api']);
  });
});
