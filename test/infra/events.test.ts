import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ENVIRONMENT_NAMES } from '../../infra/config.ts';
import { FUNCTION_NAMES, FUNCTIONS } from '../../infra/functions.ts';
import { QUEUE_DEFINITIONS, QUEUE_NAMES } from '../../infra/queues.ts';
import { NAMED_EVENTS } from '../../lib/contracts/bus-events.ts';
import { QUEUE_OF_EFFECT, QUEUES } from '../../lib/contracts/queues.ts';
import { functionIn, handlerOf, nameIn, statementsFor, thingsIn } from './resources.ts';
import { ofType, type Resource, references, statementsOf, synthesize } from './synthesize.ts';

const built = new Map(ENVIRONMENT_NAMES.map((name) => [name, synthesize(name)]));
const stackOf = (environment: string) => built.get(environment) ?? synthesize(environment);

/** The queue that a value is about, as it is called. */
const queueIn = (resources: readonly Resource[], value: unknown): string | undefined =>
  thingsIn(resources, value).find((name) =>
    ofType(resources, 'AWS::SQS::Queue').some((queue) => nameIn(queue) === name),
  );

/** What EventBridge's registry says of an entry of the bus, as far as it is looked at here. */
const entrySchemaSchema = z.object({
  type: z.literal('object'),
  properties: z.object({
    'detail-type': z.object({ enum: z.array(z.string()).optional() }),
    detail: z.object({ required: z.array(z.string()) }),
  }),
});

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
    .flatMap(({ Resource }) => thingsIn(resources, Resource));

describe.each(ENVIRONMENT_NAMES)('the asynchronous edges of %s', (environment) => {
  const { templates, resources, config } = stackOf(environment);
  const template = templates.get('events') ?? Template.fromJSON({});
  const queues = ofType(resources, 'AWS::SQS::Queue');
  const mappings = ofType(resources, 'AWS::Lambda::EventSourceMapping');
  const fromQueues = mappings.filter(
    ({ Properties }) => queueIn(resources, Properties['EventSourceArn']) !== undefined,
  );

  it('are the queues of the contract, each with the consumer that it names', () => {
    const edges = fromQueues.map(({ Properties }) => [
      queueIn(resources, Properties['EventSourceArn']),
      functionIn(resources, Properties['FunctionName']),
    ]);
    expect(Object.fromEntries(edges)).toEqual(QUEUES);
    expect(edges).toHaveLength(QUEUE_NAMES.length);
  });

  it.each(QUEUE_NAMES)('give back alone what fails in %s, and lay it aside after five times', (name) => {
    const queue = queues.find((each) => nameIn(each) === name);
    const mapping = fromQueues.find(
      ({ Properties }) => queueIn(resources, Properties['EventSourceArn']) === name,
    );
    expect(mapping?.Properties).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: config.concurrency[QUEUE_DEFINITIONS[name].concurrency] },
    });
    expect(queue?.Properties['RedrivePolicy']).toMatchObject({ maxReceiveCount: 5 });
    expect(thingsIn(resources, queue?.Properties['RedrivePolicy'])).toEqual([`${name}-failed`]);
    const consumer = handlerOf(resources, QUEUES[name]);
    expect(queue?.Properties['VisibilityTimeout']).toBe(6 * consumer.Timeout);
  });

  it('lay aside for longer than a message can have waited, in a queue that nothing else uses', () => {
    const dead = queues.filter((queue) => /-(?:failed|undelivered|abandoned)$/.test(nameIn(queue) ?? ''));
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
      expect(queueIn(resources, target?.DeadLetterConfig)).toMatch(/-(?:undelivered|failed)$/);
      const what = Properties['EventPattern'] ?? Properties['ScheduleExpression'];
      return [
        queueIn(resources, target?.Arn) ?? functionIn(resources, target?.Arn),
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
    expect(functionIn(resources, invoke?.Properties['FunctionName'])).toBe('on-sweep-due');
    expect(invoke?.Properties).toMatchObject({ MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 1 });
    expect(queueIn(resources, invoke?.Properties['DestinationConfig'])).toBe('sweep-failed');
  });

  it('read the stream of visitors without one bad record that stops a shard', () => {
    const [stream, ...others] = mappings.filter((mapping) => !fromQueues.includes(mapping));
    expect(others).toEqual([]);
    expect(functionIn(resources, stream?.Properties['FunctionName'])).toBe('on-visitors-changed');
    expect(thingsIn(resources, stream?.Properties['EventSourceArn'])).toEqual(['visitors']);
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
    expect(queueIn(resources, stream?.Properties['DestinationConfig'])).toBe('publish-abandoned');
    const variables = handlerOf(resources, 'on-visitors-changed').Environment.Variables;
    expect(queueIn(resources, variables['WEND_QUEUE_PUBLISH_FAILED'])).toBe('publish-failed');
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
    const laidAside: Partial<Record<typeof name, readonly string[]>> = {
      'on-visitors-changed': ['publish-failed', 'publish-abandoned'],
      'on-sweep-due': ['sweep-failed'],
    };
    expect([...sendsOf(resources, name)].sort()).toEqual(
      [...FUNCTIONS[name].sends, ...(laidAside[name] ?? [])].sort(),
    );
  });

  it('hand each kind of effect to its queue', () => {
    expect([...FUNCTIONS['on-visitors-changed'].sends].sort()).toEqual(Object.values(QUEUE_OF_EFFECT).sort());
  });

  it('let the scheduler, for schedules of this group alone, send timers to their queue alone', () => {
    template.resourceCountIs('AWS::Scheduler::ScheduleGroup', 1);
    const [group] = ofType(resources, 'AWS::Scheduler::ScheduleGroup');
    const role = ofType(resources, 'AWS::IAM::Role').find(({ id }) => id.startsWith('TimersRole'));
    expect(JSON.stringify(role?.Properties['AssumeRolePolicyDocument'])).toContain(
      '"Service":"scheduler.amazonaws.com"',
    );
    expect(references(role?.Properties['AssumeRolePolicyDocument'])).toContain(group?.id);
    const allowed = statementsOf(ofType(resources, 'AWS::IAM::Policy')).filter(({ id }) =>
      id.startsWith('TimersRole'),
    );
    expect(allowed).toEqual([
      expect.objectContaining({
        Action: ['sqs:SendMessage'],
      }),
    ]);
    expect(queueIn(resources, allowed[0]?.Resource)).toBe('timers-due');
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
    expect(references(passes?.[1].Resource)[0]).toContain('TimersRole');
    const variables = handlerOf(resources, 'on-timer-effects').Environment.Variables;
    expect(references(variables['WEND_SCHEDULER_ROLE_ARN'])).toEqual(references(passes?.[1].Resource));
    expect(queueIn(resources, variables['WEND_TIMERS_QUEUE_ARN'])).toBe('timers-due');
    expect(thingsIn(resources, variables['WEND_SCHEDULER_GROUP'])).toEqual(['timers']);
  });

  it('let the sweep read the index of what is due, and no visitor', () => {
    const statements = statementsFor(resources, 'on-sweep-due').filter(({ Resource }) =>
      thingsIn(resources, Resource).includes('visitors'),
    );
    expect(statements).toEqual([expect.objectContaining({ Action: ['dynamodb:Query'] })]);
    expect(JSON.stringify(statements[0]?.Resource)).toContain('/index/due');
  });

  it('are described to whoever writes a rule, each by the schema that functions and tests parse', () => {
    const schemas = ofType(resources, 'AWS::EventSchemas::Schema').map(({ Properties }) => {
      const { properties } = entrySchemaSchema.parse(JSON.parse(String(Properties['Content'])));
      return [Properties['SchemaName'], properties['detail-type'].enum?.[0], properties.detail.required];
    });
    const whose = ['visitorId', 'userId', 'anonymousId', 'at', 'effectId'];
    expect(schemas).toHaveLength(config.publish.schemas ? NAMED_EVENTS.length + 3 : 0);
    if (!config.publish.schemas) return;
    for (const { detailType = '' } of NAMED_EVENTS) {
      const name = `wend@${detailType.replaceAll(' ', '')}`;
      expect(schemas).toContainEqual([name, detailType, expect.any(Array)]);
    }
    expect(schemas).toContainEqual([
      'wend@OfferGranted',
      'Offer Granted',
      [...whose, 'offerId', 'grantId', 'journeyId'],
    ]);
    expect(schemas).toContainEqual(['wend@EmittedEvent', undefined, whose]);
    expect(schemas).toContainEqual([
      'CloudEvent',
      undefined,
      ['specversion', 'id', 'source', 'type', 'subject'],
    ]);
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
