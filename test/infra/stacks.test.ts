import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ENVIRONMENT_NAMES } from '../../infra/config.ts';
import { FUNCTION_NAMES, FUNCTIONS } from '../../infra/functions.ts';
import { environmentSchema } from '../../lib/contracts/environment.ts';
import { ROUTES } from '../../lib/contracts/routes.ts';
import { TABLES } from '../../lib/contracts/tables.ts';
import {
  actionsOn,
  functionIn,
  handlerOf,
  nameIn,
  ownVariablesOf,
  statementsFor,
  thingsIn,
} from './resources.ts';
import { cdkJson, ofType, references, statementsOf, synthesize } from './synthesize.ts';

const built = new Map(ENVIRONMENT_NAMES.map((name) => [name, synthesize(name)]));
const stackOf = (environment: string) => built.get(environment) ?? synthesize(environment);

/** CloudFormation puts text where the template holds a reference. */
const resolved = (value: unknown): string => (typeof value === 'string' ? value : 'x'.repeat(64));

/** Schedules are named by visitor and generation, when they are made: whoever makes them has the group's names. */
const SCHEDULES_OF_GROUP = /:schedule\/",\{"Ref":"TimersGroup[0-9A-F]+"\},"\/\*"/;

/** Firehose names its files when it writes them. */
const FOLDERS_OF_ARCHIVE = /"\/(?:events|failed)\/\*"/g;

const COMMON_VARIABLES = [
  'WEND_ENVIRONMENT',
  'WEND_VISITORS_TABLE',
  'WEND_LOG_TABLE',
  'WEND_EVENT_BUS',
  'WEND_CONTROL_MAX_AGE_MS',
];

describe.each(ENVIRONMENT_NAMES)('the stacks of %s', (environment) => {
  const { templates, resources, config, exported } = stackOf(environment);
  const template = templates.get('data') ?? Template.fromJSON({});
  const api = templates.get('api') ?? Template.fromJSON({});

  it('has both tables as the contract states them: on demand, encrypted, expiring, indexed by what is due', () => {
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
        GlobalSecondaryIndexes:
          definition.dueIndex === null
            ? Match.absent()
            : [
                {
                  IndexName: definition.dueIndex.name,
                  KeySchema: [
                    { AttributeName: definition.dueIndex.partitionKey, KeyType: 'HASH' },
                    { AttributeName: definition.dueIndex.sortKey, KeyType: 'RANGE' },
                  ],
                  Projection: { ProjectionType: 'KEYS_ONLY' },
                },
              ],
      });
    }
    template.resourceCountIs('AWS::DynamoDB::GlobalTable', Object.keys(TABLES).length);
  });

  it('keeps, protects and can restore data as its configuration says', () => {
    const policy = config.data.retain ? 'RetainExceptOnCreate' : 'Delete';
    const stateful = resources.filter(({ Type }) =>
      [
        'AWS::DynamoDB::GlobalTable',
        'AWS::Logs::LogGroup',
        'AWS::SQS::Queue',
        'AWS::SecretsManager::Secret',
        'AWS::KMS::Key',
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
      const name = functionIn(resources, integration?.Properties['IntegrationUri']);
      return `${String(Properties['RouteKey'])} → ${name}`;
    });
    const expected = ROUTES.map((route) => `${route.method} ${route.path} → ${route.function}`);
    expect(routes.sort()).toEqual([...expected, '$default → describe-service'].sort());
    api.allResourcesProperties('AWS::ApiGatewayV2::Integration', { PayloadFormatVersion: '2.0' });
  });

  it('lets the API call each of its functions, the fallback by the shorter ARN of $default too', () => {
    const permissions = ofType(resources, 'AWS::Lambda::Permission')
      .filter(({ Properties }) => Properties['Principal'] === 'apigateway.amazonaws.com')
      .map(({ Properties }) => {
        const source = JSON.stringify(Properties['SourceArn']);
        return `${functionIn(resources, Properties['FunctionName'])} ${/"\/([^"]*)"\]\]\}$/.exec(source)?.[1]}`;
      });
    const api = [...new Set(ROUTES.map((route) => `${route.function} */*/*`))];
    expect(permissions.sort()).toEqual([...api, 'describe-service */*'].sort());
  });

  it('limits how many requests pass', () => {
    const { limits } = config.api;
    const settings = ({ requestsPerSecond, burst }: typeof limits.visitors) => ({
      ThrottlingRateLimit: requestsPerSecond,
      ThrottlingBurstLimit: burst,
    });
    const [stage] = ofType(resources, 'AWS::ApiGatewayV2::Stage');
    expect(stage?.Properties).toMatchObject({
      StageName: '$default',
      DefaultRouteSettings: settings(limits.visitors),
      RouteSettings: {
        'POST /v1/decide': settings(limits.visitors),
        'GET /v1/visitors/{id}': settings(limits.servers),
        'PUT /v1/catalog': settings(limits.operators),
      },
    });
    expect(Object.keys(stage?.Properties['RouteSettings'] ?? {})).toHaveLength(ROUTES.length);
  });

  it('writes a line for each request, in which nobody can be recognized', () => {
    const [stage] = ofType(resources, 'AWS::ApiGatewayV2::Stage');
    const { Format: format, DestinationArn: log } = z
      .object({ Format: z.string(), DestinationArn: z.unknown() })
      .parse(stage?.Properties['AccessLogSettings']);
    expect(Object.keys(JSON.parse(format))).toContain('route');
    expect(format).not.toMatch(/sourceIp|userAgent|identity|authorizer|context\.path|domainName|rawPath/i);
    const kept = ofType(resources, 'AWS::Logs::LogGroup').find(({ id }) => references(log).includes(id));
    expect(kept?.Properties['RetentionInDays']).toBe(config.logs.retentionDays);
  });

  it.each(FUNCTION_NAMES)('gives %s the environment that it parses, and its limits', (name) => {
    const handler = handlerOf(resources, name);
    const variables = handler.Environment.Variables;
    const parsed = environmentSchema
      .strict()
      .safeParse(Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, resolved(value)])));
    expect(parsed.error).toBeUndefined();
    const optional = ['WEND_IDENTITY_SECRET', 'WEND_IDENTITY_AUDIENCE', 'WEND_ARCHIVE_STREAM'];
    const common = [...COMMON_VARIABLES, ...optional.filter((key) => Object.hasOwn(variables, key))];
    expect(Object.keys(variables).sort()).toEqual([...common, ...ownVariablesOf(name)].sort());
    expect(parsed.data?.WEND_CONTROL_MAX_AGE_MS).toBe(config.control.maximumAgeMs);
    expect(variables).toMatchObject({
      WEND_VISITORS_TABLE: `wend-${environment}-visitors`,
      WEND_LOG_TABLE: `wend-${environment}-log`,
      WEND_EVENT_BUS: `wend-${environment}-bus`,
    });
    expect(Object.hasOwn(variables, 'WEND_IDENTITY_SECRET')).toBe(FUNCTIONS[name].verifiesIdentity);
    const archives = config.archive !== null && FUNCTIONS[name].needs?.includes('archive') === true;
    expect(Object.hasOwn(variables, 'WEND_ARCHIVE_STREAM')).toBe(archives);
    expect(handler).toMatchObject({
      Description: FUNCTIONS[name].impact,
      MemorySize: FUNCTIONS[name].memory,
      Timeout: FUNCTIONS[name].timeout,
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: config.logs.level },
    });
    // Nobody waits for the sweep, and the next one comes in five minutes.
    expect(handler.Timeout).toBeLessThanOrEqual(name === 'on-sweep-due' ? 120 : 30);
    expect(handler.Description.length).toBeLessThanOrEqual(256);
  });

  it('keeps the log of each function for the configured time and no longer', () => {
    const groups = ofType(resources, 'AWS::Logs::LogGroup');
    // One more for the requests that the API saw, and one for what the archive could not write.
    expect(groups).toHaveLength(FUNCTION_NAMES.length + (config.archive === null ? 1 : 2));
    for (const { id, Properties } of groups) {
      expect(Properties['RetentionInDays'], id).toBe(config.logs.retentionDays);
    }
    const used = FUNCTION_NAMES.map((name) => handlerOf(resources, name).LoggingConfig.LogGroup.Ref);
    expect(used.filter((id) => !groups.some((group) => group.id === id))).toEqual([]);
    expect(new Set(used).size).toBe(FUNCTION_NAMES.length);
  });

  it('grants no wildcard: every action is named, every resource is one of the environment', () => {
    const statements = statementsOf(resources).filter(({ Effect }) => Effect === 'Allow');
    expect(statements.length).toBeGreaterThan(FUNCTION_NAMES.length);
    expect(statements.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
    const ids = new Set(resources.map(({ id }) => id));
    for (const { id, Resource } of statements) {
      const named = references(Resource).filter((each) => !each.startsWith('AWS::'));
      expect(
        named.every((each) => ids.has(each)),
        id,
      ).toBe(true);
      expect(
        named.length + thingsIn(resources, Resource).length,
        `${id} allows ${JSON.stringify(Resource)}`,
      ).toBeGreaterThan(0);
      const bound = JSON.stringify(Resource).replace(SCHEDULES_OF_GROUP, '').replace(FOLDERS_OF_ARCHIVE, '');
      expect(bound, id).not.toContain('*');
    }
    // CodeDeploy's own is what nobody else can assume.
    const managed = ofType(resources, 'AWS::IAM::Role').filter(
      ({ Properties }) => Properties['ManagedPolicyArns'] !== undefined,
    );
    expect(managed.map(({ stack, id }) => `${stack} ${id.replace(/[0-9A-F]{8}$/, '')}`)).toEqual(
      config.canary === null ? [] : ['events CanaryRole', 'api CanaryRole'],
    );
  });

  it('lets decide read visitors, record under a visitor’s key and publish, and nothing more', () => {
    expect(actionsOn(resources, 'decide', 'visitors')).toEqual(['dynamodb:BatchGetItem', 'dynamodb:GetItem']);
    const writes = statementsFor(resources, 'decide').filter(
      ({ Action, Resource }) =>
        thingsIn(resources, Resource).includes('log') && Action.includes('dynamodb:PutItem'),
    );
    expect(writes).toEqual([
      expect.objectContaining({
        Action: ['dynamodb:PutItem'],
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['v*'] } },
      }),
    ]);
    expect(actionsOn(resources, 'decide', 'log')).not.toContain('dynamodb:DeleteItem');
    expect(actionsOn(resources, 'decide', 'bus')).toEqual(['events:PutEvents']);
  });

  it('keeps visitors from whoever need not know them', () => {
    const [visitors, log] = ['visitors', 'log'];
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

  it('names all that holds data or is called, and exports next to nothing', () => {
    const named = resources.filter((resource) => nameIn(resource) !== undefined);
    const unnamed = resources.filter(
      (resource) =>
        ['AWS::DynamoDB::GlobalTable', 'AWS::SQS::Queue', 'AWS::Lambda::Function'].includes(resource.Type) &&
        !named.includes(resource),
    );
    expect(unnamed).toEqual([]);
    // The stream, the queues that the API's functions send to, a secret that was generated, and the API's id.
    expect(exported.length).toBeLessThanOrEqual(5);
  });

  it('hands traffic to a new version step by step where it is told so, and back where the version fails', () => {
    const aliases = ofType(resources, 'AWS::Lambda::Alias');
    const groups = ofType(resources, 'AWS::CodeDeploy::DeploymentGroup');
    if (config.canary === null) {
      expect([...aliases, ...groups]).toEqual([]);
      return;
    }
    expect(aliases.map(({ Properties }) => functionIn(resources, Properties['FunctionName'])).sort()).toEqual(
      [...FUNCTION_NAMES].sort(),
    );
    expect(groups).toHaveLength(FUNCTION_NAMES.length);
    for (const { id, Properties } of groups) {
      const alarms = references(Properties['AlarmConfiguration']);
      expect(Properties, id).toMatchObject({
        AutoRollbackConfiguration: {
          Enabled: true,
          Events: expect.arrayContaining(['DEPLOYMENT_STOP_ON_ALARM']),
        },
      });
      expect(
        ofType(resources, 'AWS::CloudWatch::Alarm').filter((each) => alarms.includes(each.id)),
      ).toHaveLength(1);
    }
    const started = ofType(resources, 'AWS::Lambda::EventSourceMapping').map(({ Properties }) =>
      references(Properties['FunctionName']),
    );
    expect(started.flat().every((id) => aliases.some((alias) => alias.id === id))).toBe(true);
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

describe('an environment', () => {
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

  it('tells those who answer operators and agents whom they log in with', () => {
    const operators = {
      issuer: 'https://login.shop.example/',
      audience: 'wend',
      keysUrl: 'https://login.shop.example/keys',
    };
    const { resources } = synthesize('dev', { operators });
    for (const name of FUNCTION_NAMES) {
      const variables = handlerOf(resources, name).Environment.Variables;
      const expected = FUNCTIONS[name].needs?.includes('operators') ? operators.keysUrl : undefined;
      expect(variables['WEND_OPERATOR_KEYS_URL'], name).toBe(expected);
    }
  });

  it('keeps the data of staging and production, whatever happens to the stack', () => {
    for (const environment of ['staging', 'production']) {
      stackOf(environment).templates.get('data')?.allResources('AWS::DynamoDB::GlobalTable', {
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
      });
    }
  });
});
