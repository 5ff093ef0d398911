import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ENVIRONMENT_NAMES, readConfig } from '../../infra/config.ts';
import { FUNCTION_NAMES, FUNCTIONS } from '../../infra/functions.ts';
import { QUEUE_DEFINITIONS, QUEUE_NAMES } from '../../infra/queues.ts';
import { QUEUE_OF_EFFECT, QUEUES, type QueueName } from '../../lib/contracts/queues.ts';
import { functionIn, handlerOf, statementsFor, tableIds } from './resources.ts';
import { ofType, type Resource, references, statementsOf, synthesize } from './synthesize.ts';

const built = new Map(ENVIRONMENT_NAMES.map((name) => [name, synthesize(name)]));
const stackOf = (environment: string) => built.get(environment) ?? synthesize(environment);

/** The queue that a value refers to, as the contract names it, or the id of one that holds what was laid aside. */
const queueIn = (value: unknown): string | undefined => {
  const [id] = references(value).filter((each) => each.startsWith('Events'));
  return QUEUE_NAMES.find((name) => id?.startsWith(`Events${name.replaceAll('-', '')}Queue`)) ?? id;
};

const idOfQueue = (resources: readonly Resource[], name: QueueName): string =>
  ofType(resources, 'AWS::SQS::Queue').find(({ id }) => queueIn({ Ref: id }) === name)?.id ?? '';

const targetsSchema = z
  .array(
    z.looseObject({
      Arn: z.unknown(),
      DeadLetterConfig: z.object({ Arn: z.unknown() }),
      RetryPolicy: z.object({ MaximumEventAgeInSeconds: z.number() }),
    }),
  )
  .min(1);

/** Where a function puts messages, as its role says. */
const sendsOf = (resources: readonly Resource[], name: (typeof FUNCTION_NAMES)[number]) =>
  statementsFor(resources, name)
    .filter(({ Action }) => Action.includes('sqs:SendMessage'))
    .flatMap(({ Resource }) => references(Resource))
    .map((id) => queueIn({ Ref: id }) ?? id);

describe.each(ENVIRONMENT_NAMES)('the asynchronous edges of %s', (environment) => {
  const { template, resources } = stackOf(environment);
  const config = readConfig({ environment });
  const queues = ofType(resources, 'AWS::SQS::Queue');
  const mappings = ofType(resources, 'AWS::Lambda::EventSourceMapping');
  const fromQueues = mappings.filter(({ Properties }) => queueIn(Properties['EventSourceArn']) !== undefined);

  it('are the queues of the contract, each with the consumer that it names', () => {
    const edges = fromQueues.map(({ Properties }) => [
      queueIn(Properties['EventSourceArn']),
      functionIn(Properties['FunctionName']),
    ]);
    expect(Object.fromEntries(edges)).toEqual(QUEUES);
    expect(edges).toHaveLength(QUEUE_NAMES.length);
  });

  it.each(QUEUE_NAMES)('give back alone what fails in %s, and lay it aside after five times', (name) => {
    const queue = queues.find(({ id }) => id === idOfQueue(resources, name));
    const mapping = fromQueues.find(({ Properties }) => queueIn(Properties['EventSourceArn']) === name);
    expect(mapping?.Properties).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: config.concurrency[QUEUE_DEFINITIONS[name].concurrency] },
    });
    expect(queue?.Properties['RedrivePolicy']).toMatchObject({ maxReceiveCount: 5 });
    const [failed = ''] = references(queue?.Properties['RedrivePolicy']);
    expect(failed).toContain('Failed');
    const consumer = handlerOf(resources, QUEUES[name]);
    expect(queue?.Properties['VisibilityTimeout']).toBe(6 * consumer.Timeout);
  });

  it('lay aside for longer than a message can have waited, in a queue that nothing else uses', () => {
    const dead = queues.filter(({ id }) => /Failed|Undelivered|Abandoned/.test(id));
    // One for each queue, two for rules that feed one, two for the stream, one for the sweep.
    expect(dead).toHaveLength(QUEUE_NAMES.length + 2 + 2 + 1);
    expect(queues).toHaveLength(dead.length + QUEUE_NAMES.length);
    for (const { id, Properties } of dead) {
      expect(Properties['MessageRetentionPeriod'], id).toBe(14 * 24 * 3600);
      expect(Properties['RedrivePolicy'], id).toBeUndefined();
    }
  });

  it('begin at rules whose every target has a queue for what can not be delivered', () => {
    const rules = ofType(resources, 'AWS::Events::Rule').map(({ Properties }) => {
      const [target] = targetsSchema.parse(Properties['Targets']);
      const [dead = ''] = references(target?.DeadLetterConfig);
      expect(queues.map(({ id }) => id)).toContain(dead);
      const what = Properties['EventPattern'] ?? Properties['ScheduleExpression'];
      return [
        queueIn(target?.Arn) ?? functionIn(target?.Arn),
        what,
        target?.RetryPolicy.MaximumEventAgeInSeconds,
      ];
    });
    expect(rules.sort()).toEqual([
      ['business-events', { detail: { specversion: ['1.0'] } }, 24 * 3600],
      ['events-received', { source: ['wend'], 'detail-type': ['Events Received'] }, 24 * 3600],
      ['on-sweep-due', 'rate(5 minutes)', 300],
    ]);
  });

  it('lay aside a sweep that failed, and drop it when the next one is due', () => {
    template.resourceCountIs('AWS::Lambda::EventInvokeConfig', 1);
    const [invoke] = ofType(resources, 'AWS::Lambda::EventInvokeConfig');
    expect(functionIn(invoke?.Properties['FunctionName'])).toBe('on-sweep-due');
    expect(invoke?.Properties).toMatchObject({ MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 1 });
    expect(references(invoke?.Properties['DestinationConfig'])[0]).toContain('EventsSweepFailed');
  });

  it('read the stream of visitors without one bad record that stops a shard', () => {
    const [stream, ...others] = mappings.filter((mapping) => !fromQueues.includes(mapping));
    expect(others).toEqual([]);
    expect(functionIn(stream?.Properties['FunctionName'])).toBe('on-visitors-changed');
    expect(references(stream?.Properties['EventSourceArn'])).toEqual([tableIds(resources).visitors]);
    expect(stream?.Properties).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ParallelizationFactor: config.publish.parallelization,
    });
    const { MaximumRetryAttempts: retries, MaximumRecordAgeInSeconds: age } = z
      .object({ MaximumRetryAttempts: z.number(), MaximumRecordAgeInSeconds: z.number() })
      .parse(stream?.Properties);
    expect(retries).toBeGreaterThan(0);
    expect(retries).toBeLessThanOrEqual(100);
    // What is given up has to be in the stream still when somebody comes to fetch it.
    expect(age).toBeLessThanOrEqual(12 * 3600);
    expect(references(stream?.Properties['DestinationConfig'])[0]).toContain('EventsPublishAbandoned');
    const variables = handlerOf(resources, 'on-visitors-changed').Environment.Variables;
    expect(references(variables['WEND_QUEUE_PUBLISH_FAILED'])[0]).toContain('EventsPublishFailed');
    expect(statementsFor(resources, 'on-visitors-changed')).toContainEqual(
      expect.objectContaining({
        Action: [
          'dynamodb:DescribeStream',
          'dynamodb:GetRecords',
          'dynamodb:GetShardIterator',
          'dynamodb:ListStreams',
        ],
        Resource: stream?.Properties['EventSourceArn'],
      }),
    );
  });

  it.each(FUNCTION_NAMES)('let %s send where its definition says, and nowhere else', (name) => {
    const laidAside: Partial<Record<typeof name, readonly RegExp[]>> = {
      'on-visitors-changed': [/EventsPublishFailed/, /EventsPublishAbandoned/],
      'on-sweep-due': [/EventsSweepFailed/],
    };
    const patterns = laidAside[name] ?? [];
    const sends = sendsOf(resources, name);
    const elsewhere = sends.filter((queue) => !QUEUE_NAMES.some((each) => each === queue));
    expect(elsewhere.filter((id) => !patterns.some((pattern) => pattern.test(id)))).toEqual([]);
    expect(elsewhere).toHaveLength(patterns.length);
    expect(sends.filter((queue) => !elsewhere.includes(queue)).sort()).toEqual(
      [...FUNCTIONS[name].sends].sort(),
    );
  });

  it('hand each kind of effect to its queue', () => {
    expect([...FUNCTIONS['on-visitors-changed'].sends].sort()).toEqual(Object.values(QUEUE_OF_EFFECT).sort());
  });

  it('let the scheduler, for schedules of this group alone, send timers to their queue alone', () => {
    template.resourceCountIs('AWS::Scheduler::ScheduleGroup', 1);
    const [group] = ofType(resources, 'AWS::Scheduler::ScheduleGroup');
    const role = ofType(resources, 'AWS::IAM::Role').find(({ id }) => id.startsWith('EventsTimersRole'));
    expect(JSON.stringify(role?.Properties['AssumeRolePolicyDocument'])).toContain(
      '"Service":"scheduler.amazonaws.com"',
    );
    expect(references(role?.Properties['AssumeRolePolicyDocument'])).toContain(group?.id);
    const allowed = statementsOf(ofType(resources, 'AWS::IAM::Policy')).filter(({ id }) =>
      id.startsWith('EventsTimersRole'),
    );
    expect(allowed).toEqual([
      expect.objectContaining({
        Action: ['sqs:SendMessage'],
        Resource: { 'Fn::GetAtt': [idOfQueue(resources, 'timers-due'), 'Arn'] },
      }),
    ]);
  });

  it('let on-timer-effects alone make schedules, and hand over one role to one service', () => {
    const about = (prefix: string) =>
      FUNCTION_NAMES.flatMap((name) =>
        statementsFor(resources, name)
          .filter(({ Action }) => Action.some((action) => action.startsWith(prefix)))
          .map((statement) => [name, statement] as const),
      );
    expect(about('scheduler:').map(([name, { Action }]) => [name, Action])).toEqual([
      ['on-timer-effects', ['scheduler:CreateSchedule']],
    ]);
    const [passes, ...others] = about('iam:');
    expect(others).toEqual([]);
    expect(passes?.[0]).toBe('on-timer-effects');
    expect(passes?.[1]).toMatchObject({
      Action: ['iam:PassRole'],
      Condition: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    });
    expect(references(passes?.[1].Resource)[0]).toContain('EventsTimersRole');
    const variables = handlerOf(resources, 'on-timer-effects').Environment.Variables;
    expect(references(variables['WEND_SCHEDULER_ROLE_ARN'])).toEqual(references(passes?.[1].Resource));
    expect(queueIn(variables['WEND_TIMERS_QUEUE_ARN'])).toBe('timers-due');
    expect(references(variables['WEND_SCHEDULER_GROUP'])[0]).toContain('EventsTimersGroup');
  });

  it('let the sweep read the index of what is due, and no visitor', () => {
    const { visitors } = tableIds(resources);
    const statements = statementsFor(resources, 'on-sweep-due').filter(({ Resource }) =>
      references(Resource).includes(visitors),
    );
    expect(statements).toEqual([expect.objectContaining({ Action: ['dynamodb:Query'] })]);
    expect(JSON.stringify(statements[0]?.Resource)).toContain('/index/due');
  });

  it('encrypt what waits and take messages over TLS alone', () => {
    template.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true });
    const refused = statementsOf(ofType(resources, 'AWS::SQS::QueuePolicy')).filter(
      ({ Effect, Condition }) =>
        Effect === 'Deny' && JSON.stringify(Condition) === '{"Bool":{"aws:SecureTransport":"false"}}',
    );
    expect(refused.flatMap(({ Resource }) => references(Resource)).sort()).toEqual(
      queues.map(({ id }) => id).sort(),
    );
  });
});
