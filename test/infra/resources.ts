import { expect } from 'vitest';
import * as z from 'zod';
import type { Need } from '../../infra/function-definition.ts';
import { FUNCTION_NAMES, FUNCTIONS, type FunctionName } from '../../infra/functions.ts';
import { queueVariable } from '../../lib/contracts/queues.ts';
import { ofType, type Resource, references, type Statement, statementsOf } from './synthesize.ts';

/** Logical ids begin with the construct's id, stripped of what CloudFormation doesn't take. */
const belongsTo = (name: FunctionName, id: string): boolean => id.startsWith(name.replaceAll('-', ''));

/** Where a resource says what it is called in AWS. */
const NAME_OF_TYPE: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Events::EventBus': 'Name',
  'AWS::Scheduler::ScheduleGroup': 'Name',
  'AWS::SNS::Topic': 'TopicName',
};

/** What a resource is called, without the environment's part; undefined where AWS makes a name up. */
export const nameIn = ({ Type, Properties }: Resource): string | undefined => {
  const name = Properties[NAME_OF_TYPE[Type] ?? ''];
  return typeof name === 'string' ? name.replace(/^wend-[^-]+-/, '') : undefined;
};

/** What a value is about: things that it refers to, through an alias or a version, and things whose names it spells out. */
export const thingsIn = (resources: readonly Resource[], value: unknown): readonly string[] => {
  const referred = references(value).flatMap((id) => {
    const resource = resources.find((each) => each.id === id);
    if (resource === undefined) return [];
    const name = nameIn(resource);
    if (name !== undefined) return [name];
    return ['AWS::Lambda::Alias', 'AWS::Lambda::Version'].includes(resource.Type)
      ? thingsIn(resources, resource.Properties['FunctionName'])
      : [];
  });
  const spelled = [...(JSON.stringify(value) ?? '').matchAll(/\bwend-[^-"]+-([a-z-]+)/g)].map(
    ([, name = '']) => name,
  );
  return [...new Set([...referred, ...spelled])];
};

const functionSchema = z.object({
  Description: z.string(),
  MemorySize: z.number(),
  Timeout: z.number(),
  Runtime: z.string(),
  Architectures: z.array(z.string()),
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
  LoggingConfig: z.looseObject({ LogFormat: z.string(), LogGroup: z.object({ Ref: z.string() }) }),
});

export const handlerOf = (resources: readonly Resource[], name: FunctionName) => {
  const found = ofType(resources, 'AWS::Lambda::Function').filter((each) => nameIn(each) === name);
  expect(found).toHaveLength(1);
  return functionSchema.parse(found[0]?.Properties);
};

/** Which function a value refers to. */
export const functionIn = (resources: readonly Resource[], value: unknown): FunctionName | undefined =>
  FUNCTION_NAMES.find((name) => thingsIn(resources, value).includes(name));

/** What a function's role allows. */
export const statementsFor = (resources: readonly Resource[], name: FunctionName): readonly Statement[] =>
  statementsOf(ofType(resources, 'AWS::IAM::Policy')).filter(({ id }) => belongsTo(name, id));

/** What a function may do to the thing of this name. */
export const actionsOn = (resources: readonly Resource[], name: FunctionName, thing: string) =>
  statementsFor(resources, name)
    .filter((statement) => thingsIn(resources, statement.Resource).includes(thing))
    .flatMap(({ Action }) => Action)
    .sort();

const VARIABLES_OF_NEED: Readonly<Record<Need, readonly string[]>> = {
  schedules: ['WEND_SCHEDULER_GROUP', 'WEND_SCHEDULER_ROLE_ARN', 'WEND_TIMERS_QUEUE_ARN'],
  // Nobody delivers until the configuration says who.
  deliveries: [],
  // Nobody logs in until the configuration says with whom.
  operators: [],
  // Nothing is archived until the configuration says where.
  archive: [],
};

/** What a function is told besides what all functions are. */
export const ownVariablesOf = (name: FunctionName): readonly string[] => [
  ...FUNCTIONS[name].sends.map(queueVariable),
  ...(FUNCTIONS[name].needs ?? []).flatMap((need) => VARIABLES_OF_NEED[need]),
  ...(name === 'on-visitors-changed' ? [queueVariable('publish-failed')] : []),
];
