import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { readConfig } from '../infra/config.ts';
import { FUNCTION_NAMES } from '../infra/functions.ts';
import { buildEnvironment } from '../infra/stacks/environment.ts';
import { createApp } from '../infra/wend-app.ts';
import { REPOSITORY } from './import-rules.ts';

/** Where the picture stands, relative to the repository. */
export const PICTURE_PATH = 'docs/deployed.md';

const ENVIRONMENT = 'production';

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
});

type Resources = z.infer<typeof templateSchema>['Resources'];

/** Where a resource says what it is called. */
const NAMES = ['FunctionName', 'QueueName', 'TableName', 'Name'];

const cdkSchema = z.object({ context: z.record(z.string(), z.unknown()) });

/** The templates of an environment, without bundling anything. */
const synthesize = (): Resources => {
  const { context } = cdkSchema.parse(JSON.parse(readFileSync(join(REPOSITORY, 'cdk.json'), 'utf8')));
  const folder = mkdtempSync(join(tmpdir(), 'wend-picture-'));
  try {
    const bundle = join(folder, 'bundle');
    mkdirSync(bundle);
    writeFileSync(join(bundle, 'index.js'), '');
    const app = createApp({ outdir: join(folder, 'out'), context });
    const bundles = new Map(FUNCTION_NAMES.map((name) => [name, bundle]));
    const stacks = buildEnvironment(app, readConfig({ environment: ENVIRONMENT }), bundles);
    const assembly = app.synth();
    return Object.assign(
      {},
      ...stacks.map(
        (stack) => templateSchema.parse(assembly.getStackArtifact(stack.artifactId).template).Resources,
      ),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** The ids and names of things that a value is about, wherever in it they stand. */
const mentionsIn = (value: unknown): readonly string[] => {
  const text = JSON.stringify(value) ?? '';
  return [
    ...[...text.matchAll(/"(?:Ref|Fn::GetAtt)":\[?"([A-Za-z0-9]+)"/g)].map(([, id = '']) => id),
    // Of an export, the name says of which resource it is.
    ...[...text.matchAll(/ExportsOutput(?:Ref|FnGetAtt)([A-Za-z0-9]+?[0-9A-F]{8})/g)].map(
      ([, id = '']) => id,
    ),
    ...[...text.matchAll(/wend-production-([a-z-]+)/g)].map(([, name = '']) => name),
  ];
};

class House {
  readonly #resources: Resources;

  constructor(resources: Resources) {
    this.#resources = resources;
  }

  of(type: string): readonly (readonly [id: string, properties: Record<string, unknown>])[] {
    return Object.entries(this.#resources).flatMap(([id, { Type, Properties }]) =>
      Type === type ? [[id, Properties] as const] : [],
    );
  }

  /** What a value is about, by its names in AWS. */
  thingsIn(value: unknown): readonly string[] {
    const found = mentionsIn(value).flatMap((mention): readonly string[] => {
      const resource = this.#resources[mention];
      if (resource === undefined) return /^[a-z-]+$/.test(mention) ? [mention] : [];
      const name = NAMES.map((key) => resource.Properties[key]).find((each) => typeof each === 'string');
      if (resource.Type === 'AWS::Lambda::Alias') return this.thingsIn(resource.Properties['FunctionName']);
      return typeof name === 'string' ? [name.replace(`wend-${ENVIRONMENT}-`, '')] : [];
    });
    return [...new Set(found)];
  }

  names(type: string): readonly string[] {
    return this.of(type).flatMap(([id]) => this.thingsIn({ Ref: id }));
  }
}

const statementsSchema = z.object({
  PolicyDocument: z.object({
    Statement: z.array(
      z.object({
        Action: z.union([z.string().transform((one) => [one]), z.array(z.string())]),
        Resource: z.unknown(),
      }),
    ),
  }),
  Roles: z.array(z.unknown()),
});

/** What each role may do to what: `[role, action, thing]`. */
const rightsIn = (house: House): readonly (readonly [role: string, action: string, thing: string])[] =>
  house.of('AWS::IAM::Policy').flatMap(([, properties]) => {
    const { PolicyDocument, Roles } = statementsSchema.parse(properties);
    const [role = ''] = mentionsIn(Roles);
    return PolicyDocument.Statement.flatMap(({ Action, Resource }) =>
      house.thingsIn(Resource).flatMap((thing) => Action.map((action) => [role, action, thing] as const)),
    );
  });

const WRITES = /:(?:Put|Update|Delete|BatchWrite)/;
const READS = /:(?:Get|BatchGet|Query|Scan)/;

/** `decide`, and below it what it reads and writes. */
const labelOf = (name: string, rights: readonly (readonly [action: string, thing: string])[]): string => {
  const tables = (pattern: RegExp): string =>
    ['visitors', 'log']
      .filter((table) => rights.some(([action, thing]) => thing === table && pattern.test(action)))
      .join(', ');
  const [reads, writes] = [tables(READS), tables(WRITES)];
  return [
    name,
    ...(reads === '' ? [] : [`reads ${reads}`]),
    ...(writes === '' ? [] : [`writes ${writes}`]),
  ].join('<br/>');
};

const idOf = (kind: string, name: string): string => `${kind}_${name.replaceAll('-', '_')}`;

/** The lines of the picture: who is there, and what leads from whom to whom. */
const linesOf = (house: House): readonly string[] => {
  const rights = rightsIn(house);
  const functions = house.of('AWS::Lambda::Function').map(([id, properties]) => {
    const [name = ''] = house.thingsIn({ Ref: id });
    const [role = ''] = mentionsIn(properties['Role']);
    return {
      name,
      rights: rights.flatMap(([who, action, thing]) => (who === role ? [[action, thing] as const] : [])),
    };
  });
  const names = functions.map(({ name }) => name);
  const queues = house
    .names('AWS::SQS::Queue')
    .filter((name) => !/-(?:failed|undelivered|abandoned)$/.test(name));
  const functionIn = (value: unknown): string =>
    house.thingsIn(value).find((name) => names.includes(name)) ?? '';
  const behindApi = new Set(house.of('AWS::ApiGatewayV2::Integration').map(([, each]) => functionIn(each)));
  const inGroup = (
    title: string,
    those: readonly { readonly name: string; readonly rights: readonly (readonly [string, string])[] }[],
  ) => [
    `  subgraph ${title}`,
    ...those.map(({ name, rights: its }) => `    ${idOf('f', name)}["${labelOf(name, its)}"]`),
    '  end',
  ];
  const mappings = house.of('AWS::Lambda::EventSourceMapping').map(([, { EventSourceArn, FunctionName }]) => {
    const [source = ''] = house.thingsIn(EventSourceArn);
    const from = queues.includes(source) ? idOf('q', source) : `t_${source}`;
    return `  ${from} --> ${idOf('f', functionIn(FunctionName))}`;
  });
  const rules = house.of('AWS::Events::Rule').map(([, { Targets, ScheduleExpression }]) => {
    const queue = house.thingsIn(Targets).find((name) => queues.includes(name));
    if (queue !== undefined) return `  bus --> ${idOf('q', queue)}`;
    return `  clock(["${String(ScheduleExpression)}"]) --> ${idOf('f', functionIn(Targets))}`;
  });
  const sends = functions.flatMap(({ name, rights: its }) =>
    its.flatMap(([action, thing]) => {
      if (action === 'events:PutEvents') return [`  ${idOf('f', name)} --> bus`];
      if (action === 'sqs:SendMessage' && queues.includes(thing)) {
        return [`  ${idOf('f', name)} --> ${idOf('q', thing)}`];
      }
      return action === 'scheduler:CreateSchedule' ? [`  ${idOf('f', name)} --> timers`] : [];
    }),
  );
  const fired = rights
    .filter(([role, action]) => role.startsWith('TimersRole') && action === 'sqs:SendMessage')
    .map(([, , queue]) => `  timers --> ${idOf('q', queue)}`);
  return [
    'flowchart LR',
    '  api{{"HTTP API"}} --> answers',
    ...inGroup(
      'answers ["answer"]',
      functions.filter(({ name }) => behindApi.has(name)),
    ),
    '  bus{{"event bus"}}',
    ...house.names('AWS::DynamoDB::GlobalTable').map((name) => `  t_${name}[("${name}")]`),
    '  timers(["one-time schedules"])',
    ...queues.map((name) => `  ${idOf('q', name)}[["${name}"]]`),
    ...inGroup(
      'follows ["follow"]',
      functions.filter(({ name }) => !behindApi.has(name)),
    ),
    ...[...new Set([...rules, ...mappings, ...sends, ...fired])].sort(),
  ];
};

/** The page with the picture, as it should be. */
export const deployedPicture = (): string =>
  `# What is deployed

Made of the synthesised templates of \`${ENVIRONMENT}\` by \`node scripts/deployed-picture.ts\`; a test fails where it drifts. An
arrow is a right or a subscription that a template holds; below each function stands which tables it may read and write. Not
drawn: dead-letter queues (each edge into a queue or a function has one), alarms, logs, roles. What it means:
[architecture](concepts/architecture.md).

\`\`\`mermaid
${linesOf(new House(synthesize())).join('\n')}
\`\`\`
`;

if (import.meta.main) {
  writeFileSync(join(REPOSITORY, PICTURE_PATH), deployedPicture());
  console.log(`wrote ${PICTURE_PATH}`);
}
