import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ENVIRONMENT_NAMES, readConfig } from '../../infra/config.ts';
import { FUNCTION_NAMES, FUNCTIONS, type FunctionName } from '../../infra/functions.ts';
import { environmentSchema } from '../../lib/contracts/environment.ts';
import { ROUTES } from '../../lib/contracts/routes.ts';
import { TABLES } from '../../lib/contracts/tables.ts';
import { cdkJson, ofType, type Resource, references, statementsOf, synthesize } from './synthesize.ts';

const built = new Map(ENVIRONMENT_NAMES.map((name) => [name, synthesize(name)]));
const stackOf = (environment: string) => built.get(environment) ?? synthesize(environment);

/** Logical ids begin with the construct's id, stripped of what CloudFormation doesn't take. */
const belongsTo = (name: FunctionName, id: string): boolean => id.startsWith(name.replaceAll('-', ''));

const functionSchema = z.object({
  Description: z.string(),
  MemorySize: z.number(),
  Timeout: z.number(),
  Runtime: z.string(),
  Architectures: z.array(z.string()),
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
  LoggingConfig: z.looseObject({ LogFormat: z.string(), LogGroup: z.object({ Ref: z.string() }) }),
});

const handlerOf = (resources: readonly Resource[], name: FunctionName) => {
  const found = ofType(resources, 'AWS::Lambda::Function').filter(({ id }) => belongsTo(name, id));
  expect(found).toHaveLength(1);
  return functionSchema.parse(found[0]?.Properties);
};

/** CloudFormation puts text where the template holds a reference. */
const resolved = (value: unknown): string => (typeof value === 'string' ? value : 'x'.repeat(64));

const tableIds = (resources: readonly Resource[]) => {
  const id = (prefix: string) =>
    ofType(resources, 'AWS::DynamoDB::GlobalTable').find((table) => table.id.startsWith(prefix))?.id ?? '';
  return { visitors: id('Visitors'), log: id('Log') };
};

/** What a function may do to the resource with this id. */
const actionsOn = (resources: readonly Resource[], name: FunctionName, id: string) =>
  statementsOf(ofType(resources, 'AWS::IAM::Policy'))
    .filter((statement) => belongsTo(name, statement.id) && references(statement.Resource).includes(id))
    .flatMap(({ Action }) => Action)
    .sort();

describe.each(ENVIRONMENT_NAMES)('the stack of %s', (environment) => {
  const { template, resources } = stackOf(environment);
  const config = readConfig({ environment });

  it('has both tables as the contract states them: on demand, encrypted, expiring', () => {
    for (const definition of Object.values(TABLES)) {
      template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: definition.partitionKey, KeyType: 'HASH' },
          { AttributeName: definition.sortKey, KeyType: 'RANGE' },
        ],
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
        TimeToLiveSpecification: { AttributeName: definition.timeToLive, Enabled: true },
        StreamSpecification:
          definition.stream === null ? Match.absent() : { StreamViewType: definition.stream },
      });
    }
    template.resourceCountIs('AWS::DynamoDB::GlobalTable', Object.keys(TABLES).length);
  });

  it('keeps, protects and can restore data as its configuration says', () => {
    const policy = config.data.retain ? 'Retain' : 'Delete';
    const stateful = resources.filter(({ Type }) =>
      [
        'AWS::DynamoDB::GlobalTable',
        'AWS::Logs::LogGroup',
        'AWS::SQS::Queue',
        'AWS::SecretsManager::Secret',
      ].includes(Type),
    );
    expect(stateful.length).toBeGreaterThan(0);
    expect(stateful.map(({ id, DeletionPolicy }) => `${id}: ${DeletionPolicy}`)).toEqual(
      stateful.map(({ id }) => `${id}: ${policy}`),
    );
    template.allResourcesProperties('AWS::DynamoDB::GlobalTable', {
      Replicas: [
        Match.objectLike({
          DeletionProtectionEnabled: config.data.deletionProtection,
          PointInTimeRecoverySpecification:
            config.data.recoveryDays === null
              ? Match.absent()
              : { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: config.data.recoveryDays },
        }),
      ],
    });
  });

  it('has exactly the routes of the route table, each at its function, and one for all the rest', () => {
    const routes = ofType(resources, 'AWS::ApiGatewayV2::Route').map(({ Properties }) => {
      const target = references(Properties['Target'])[0] ?? '';
      const integration = resources.find(({ id }) => id === target);
      const handler = references(integration?.Properties['IntegrationUri'])[0] ?? '';
      return `${String(Properties['RouteKey'])} → ${FUNCTION_NAMES.find((name) => belongsTo(name, handler))}`;
    });
    const expected = ROUTES.map((route) => `${route.method} ${route.path} → ${route.function}`);
    expect(routes.sort()).toEqual([...expected, '$default → describe-service'].sort());
    template.allResourcesProperties('AWS::ApiGatewayV2::Integration', { PayloadFormatVersion: '2.0' });
  });

  it('lets the API call each of its functions, the fallback by the shorter ARN of $default too', () => {
    const permissions = ofType(resources, 'AWS::Lambda::Permission').map(({ Properties }) => {
      const called = references(Properties['FunctionName'])[0] ?? '';
      const source = JSON.stringify(Properties['SourceArn']);
      return `${FUNCTION_NAMES.find((name) => belongsTo(name, called))} ${/"\/([^"]*)"\]\]\}$/.exec(source)?.[1]}`;
    });
    const api = [...new Set(ROUTES.map((route) => `${route.function} */*/*`))];
    expect(permissions.sort()).toEqual([...api, 'describe-service */*'].sort());
  });

  it('limits how many requests pass', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      DefaultRouteSettings: {
        ThrottlingRateLimit: config.api.requestsPerSecond,
        ThrottlingBurstLimit: config.api.burst,
      },
    });
  });

  it.each(FUNCTION_NAMES)('gives %s the environment that it parses, and its limits', (name) => {
    const handler = handlerOf(resources, name);
    const variables = handler.Environment.Variables;
    const parsed = environmentSchema
      .strict()
      .safeParse(Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, resolved(value)])));
    expect(parsed.error).toBeUndefined();
    expect(parsed.data?.WEND_CONTROL_MAX_AGE_MS).toBe(config.control.maximumAgeMs);
    expect(references(variables['WEND_VISITORS_TABLE'])).toEqual([tableIds(resources).visitors]);
    expect(references(variables['WEND_LOG_TABLE'])).toEqual([tableIds(resources).log]);
    expect(Object.hasOwn(variables, 'WEND_IDENTITY_SECRET')).toBe(FUNCTIONS[name].verifiesIdentity);
    expect(handler).toMatchObject({
      Description: FUNCTIONS[name].impact,
      MemorySize: FUNCTIONS[name].memory,
      Timeout: FUNCTIONS[name].timeout,
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: config.logs.level },
    });
    expect(handler.Timeout).toBeLessThanOrEqual(30);
    expect(handler.Description.length).toBeLessThanOrEqual(256);
  });

  it('keeps the log of each function for the configured time and no longer', () => {
    template.resourceCountIs('AWS::Logs::LogGroup', FUNCTION_NAMES.length);
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: config.logs.retentionDays });
    const used = FUNCTION_NAMES.map((name) => handlerOf(resources, name).LoggingConfig.LogGroup.Ref);
    expect(used.sort()).toEqual(
      ofType(resources, 'AWS::Logs::LogGroup')
        .map(({ id }) => id)
        .sort(),
    );
  });

  it('grants no wildcard: every action is named, every resource is one of the stack', () => {
    const statements = statementsOf(resources).filter(({ Effect }) => Effect === 'Allow');
    expect(statements.length).toBeGreaterThan(FUNCTION_NAMES.length);
    expect(statements.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
    const ids = new Set(resources.map(({ id }) => id));
    for (const { id, Resource } of statements) {
      const named = references(Resource);
      expect(named.length, `${id} allows ${JSON.stringify(Resource)}`).toBeGreaterThan(0);
      expect(
        named.every((each) => ids.has(each)),
        id,
      ).toBe(true);
      expect(JSON.stringify(Resource)).not.toContain('*');
    }
    for (const role of ofType(resources, 'AWS::IAM::Role')) {
      expect(role.Properties['ManagedPolicyArns'], role.id).toBeUndefined();
    }
  });

  it('lets decide read visitors, record under a visitor’s key and publish, and nothing more', () => {
    const { visitors, log } = tableIds(resources);
    expect(actionsOn(resources, 'decide', visitors)).toEqual(['dynamodb:BatchGetItem', 'dynamodb:GetItem']);
    const writes = statementsOf(ofType(resources, 'AWS::IAM::Policy')).filter(
      ({ id, Action, Resource }) =>
        belongsTo('decide', id) && references(Resource).includes(log) && Action.includes('dynamodb:PutItem'),
    );
    expect(writes).toEqual([
      expect.objectContaining({
        Action: ['dynamodb:PutItem'],
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['v*'] } },
      }),
    ]);
    expect(actionsOn(resources, 'decide', log)).not.toContain('dynamodb:DeleteItem');
    const bus = ofType(resources, 'AWS::Events::EventBus')[0]?.id ?? '';
    expect(actionsOn(resources, 'decide', bus)).toEqual(['events:PutEvents']);
  });

  it('keeps visitors from whoever need not know them', () => {
    const { visitors, log } = tableIds(resources);
    for (const name of ['track-events', 'manage-keys', 'describe-service'] as const) {
      expect(actionsOn(resources, name, visitors), name).toEqual([]);
    }
    // The lint takes a sample to measure claims against, and nothing else.
    expect(actionsOn(resources, 'manage-catalog', visitors)).toEqual(['dynamodb:Scan']);
    const write = /:(?:Put|Update|Delete|BatchWrite|ConditionCheck)/;
    for (const name of ['track-events', 'get-visitor', 'describe-service', 'on-events-received'] as const) {
      expect(
        actionsOn(resources, name, log).filter((action) => write.test(action)),
        name,
      ).toEqual([]);
    }
    expect(actionsOn(resources, 'get-visitor', visitors).filter((action) => write.test(action))).toEqual([]);
    expect(actionsOn(resources, 'on-events-received', visitors)).toContain('dynamodb:PutItem');
  });

  it('loses nothing between bus and react: every asynchronous edge ends in a queue of what failed', () => {
    const queues = ofType(resources, 'AWS::SQS::Queue');
    const mappings = ofType(resources, 'AWS::Lambda::EventSourceMapping');
    expect(mappings).toHaveLength(1);
    for (const { Properties } of mappings) {
      expect(Properties['FunctionResponseTypes']).toEqual(['ReportBatchItemFailures']);
      const [source = ''] = references(Properties['EventSourceArn']);
      const queue = queues.find(({ id }) => id === source);
      expect(references(queue?.Properties['RedrivePolicy'])).toHaveLength(1);
      expect(Number(queue?.Properties['VisibilityTimeout'])).toBeGreaterThanOrEqual(
        6 * handlerOf(resources, 'on-events-received').Timeout,
      );
    }
    for (const { Properties } of ofType(resources, 'AWS::Events::Rule')) {
      const targets = z
        .array(z.looseObject({ DeadLetterConfig: z.object({ Arn: z.unknown() }) }))
        .min(1)
        .parse(Properties['Targets']);
      for (const target of targets) {
        const [dead = ''] = references(target.DeadLetterConfig);
        expect(queues.map(({ id }) => id)).toContain(dead);
      }
    }
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { source: ['wend'], 'detail-type': ['Events Received'] },
    });
  });

  it('encrypts queues and takes messages over TLS alone', () => {
    template.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true });
    const refused = statementsOf(ofType(resources, 'AWS::SQS::QueuePolicy')).filter(
      ({ Effect, Condition }) =>
        Effect === 'Deny' && JSON.stringify(Condition) === '{"Bool":{"aws:SecureTransport":"false"}}',
    );
    expect(refused.flatMap(({ Resource }) => references(Resource)).sort()).toEqual(
      ofType(resources, 'AWS::SQS::Queue')
        .map(({ id }) => id)
        .sort(),
    );
  });

  it('holds no secret in its template unless the configuration wrote it down', () => {
    const value = handlerOf(resources, 'decide').Environment.Variables['WEND_IDENTITY_SECRET'];
    if (config.identity.secret === 'literal') {
      expect(value).toBe(config.identity.value);
      expect(config.data.retain).toBe(false);
    } else {
      expect(JSON.stringify(value)).toContain('{{resolve:secretsmanager:');
    }
  });
});

describe('the stack', () => {
  it('is made under the flags of cdk.json, from an app that Node runs as it is', () => {
    expect(cdkJson.app).toBe('node infra/app.ts');
    expect(cdkJson.context['@aws-cdk/aws-iam:minimizePolicies']).toBe(true);
  });

  it('accepts no identity token where no secret is configured', () => {
    const { resources } = synthesize('dev', { identity: { secret: 'none' } });
    for (const name of FUNCTION_NAMES) {
      expect(handlerOf(resources, name).Environment.Variables).not.toHaveProperty('WEND_IDENTITY_SECRET');
    }
    expect(ofType(resources, 'AWS::SecretsManager::Secret')).toEqual([]);
  });

  it('takes the shop’s own secret by name, with the audience to check', () => {
    const identity = { secret: 'named', name: 'shop/identity', audience: 'wend' };
    const { resources } = synthesize('production', { identity });
    expect(handlerOf(resources, 'decide').Environment.Variables).toMatchObject({
      WEND_IDENTITY_SECRET: '{{resolve:secretsmanager:shop/identity:SecretString:::}}',
      WEND_IDENTITY_AUDIENCE: 'wend',
    });
  });

  it('keeps the data of staging and production, whatever happens to the stack', () => {
    for (const environment of ['staging', 'production']) {
      stackOf(environment).template.allResources('AWS::DynamoDB::GlobalTable', {
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
      });
    }
  });
});
