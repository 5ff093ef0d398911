import { expect } from 'vitest';
import * as z from 'zod';
import type { Need } from '../../infra/function-definition.ts';
import { FUNCTION_NAMES, FUNCTIONS, type FunctionName } from '../../infra/functions.ts';
import { queueVariable } from '../../lib/contracts/queues.ts';
import { ofType, type Resource, references, type Statement, statementsOf } from './synthesize.ts';

/** Logical ids begin with the construct's id, stripped of what CloudFormation doesn't take. */
export const belongsTo = (name: FunctionName, id: string): boolean => id.startsWith(name.replaceAll('-', ''));

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
  const found = ofType(resources, 'AWS::Lambda::Function').filter(({ id }) => belongsTo(name, id));
  expect(found).toHaveLength(1);
  return functionSchema.parse(found[0]?.Properties);
};

/** Which function a value refers to. */
export const functionIn = (value: unknown): FunctionName | undefined =>
  FUNCTION_NAMES.find((name) => references(value).some((id) => belongsTo(name, id)));

export const tableIds = (resources: readonly Resource[]) => {
  const id = (prefix: string) =>
    ofType(resources, 'AWS::DynamoDB::GlobalTable').find((table) => table.id.startsWith(prefix))?.id ?? '';
  return { visitors: id('Visitors'), log: id('Log') };
};

/** What a function's role allows. */
export const statementsFor = (resources: readonly Resource[], name: FunctionName): readonly Statement[] =>
  statementsOf(ofType(resources, 'AWS::IAM::Policy')).filter(({ id }) => belongsTo(name, id));

/** What a function may do to the resource with this id. */
export const actionsOn = (resources: readonly Resource[], name: FunctionName, id: string) =>
  statementsFor(resources, name)
    .filter((statement) => references(statement.Resource).includes(id))
    .flatMap(({ Action }) => Action)
    .sort();

const VARIABLES_OF_NEED: Readonly<Record<Need, readonly string[]>> = {
  schedules: ['WEND_SCHEDULER_GROUP', 'WEND_SCHEDULER_ROLE_ARN', 'WEND_TIMERS_QUEUE_ARN'],
  // Nobody delivers until the configuration says who.
  deliveries: [],
};

/** What a function is told besides what all functions are. */
export const ownVariablesOf = (name: FunctionName): readonly string[] => [
  ...FUNCTIONS[name].sends.map(queueVariable),
  ...(FUNCTIONS[name].needs ?? []).flatMap((need) => VARIABLES_OF_NEED[need]),
  ...(name === 'on-visitors-changed' ? [queueVariable('publish-failed')] : []),
];
