import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { readConfig, type WendConfig } from '../../infra/config.ts';
import { FUNCTION_NAMES } from '../../infra/functions.ts';
import { buildEnvironment } from '../../infra/stacks/environment.ts';
import { createApp } from '../../infra/wend-app.ts';

const resourceSchema = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
});

const outputSchema = z.looseObject({
  Value: z.unknown(),
  Export: z.object({ Name: z.string() }).optional(),
});

const templateSchema = z.looseObject({
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z.record(z.string(), outputSchema).default({}),
});

const cdkJsonSchema = z.object({ app: z.string(), context: z.record(z.string(), z.unknown()) });

/** The flags under which the CLI synthesises: a test without them would look at another template. */
export const cdkJson = cdkJsonSchema.parse(
  JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')),
);

/** A resource of one of the stacks of an environment; what it imports stands in it as what is exported. */
export type Resource = z.infer<typeof resourceSchema> & {
  readonly id: string;
  /** `data`, `events`, `api` … */
  readonly stack: string;
};

export interface Synthesized {
  readonly app: App;
  readonly config: WendConfig;
  /** By the stack's name without `wend-<environment>-`. */
  readonly templates: ReadonlyMap<string, Template>;
  /** Of all stacks. */
  readonly resources: readonly Resource[];
  /** Names of exports that another stack imports. */
  readonly exported: readonly string[];
}

/** A bundle that is none: templates don't depend on what the functions do. */
const emptyBundle = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'wend-bundle-'));
  writeFileSync(join(folder, 'index.js'), 'exports.handler = async () => undefined;\n');
  return folder;
};

/** A value in which imports of other stacks' exports are what those export. */
const withImports = (value: unknown, exports: ReadonlyMap<string, unknown>): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each: unknown) => withImports(each, exports));
  const name: unknown = 'Fn::ImportValue' in value ? value['Fn::ImportValue'] : undefined;
  if (typeof name === 'string') return exports.get(name);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withImports(inner, exports)]));
};

/** The stacks of an environment, without bundling anything. */
export const synthesize = (environment: string, overrides: object = {}): Synthesized => {
  const bundle = emptyBundle();
  const app = createApp({ context: cdkJson.context, outdir: mkdtempSync(join(tmpdir(), 'wend-cdk-')) });
  const config = readConfig({ environment, overrides });
  const stacks = buildEnvironment(app, config, new Map(FUNCTION_NAMES.map((name) => [name, bundle])));
  const templates = new Map(
    stacks.map((stack) => [
      stack.stackName.slice(`wend-${config.environment}-`.length),
      Template.fromStack(stack),
    ]),
  );
  const parsed = [...templates].map(
    ([stack, template]) => [stack, templateSchema.parse(template.toJSON())] as const,
  );
  const exports = new Map(
    parsed.flatMap(([, { Outputs }]) =>
      Object.values(Outputs).flatMap(({ Value, Export }) =>
        Export === undefined ? [] : [[Export.Name, Value] as const],
      ),
    ),
  );
  return {
    app,
    config,
    templates,
    resources: parsed.flatMap(([stack, { Resources }]) =>
      Object.entries(Resources).map(([id, resource]) => ({
        id,
        stack,
        ...resourceSchema.parse(withImports(resource, exports)),
      })),
    ),
    exported: [...exports.keys()],
  };
};

export const ofType = (resources: readonly Resource[], type: string): readonly Resource[] =>
  resources.filter((resource) => resource.Type === type);

const statementSchema = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: z.union([z.string().transform((action) => [action]), z.array(z.string())]),
  Resource: z.unknown(),
  Condition: z.unknown().optional(),
});

const policySchema = z.object({ PolicyDocument: z.object({ Statement: z.array(statementSchema) }) });

export type Statement = z.infer<typeof statementSchema>;

/** What the policies of roles and queues say, each with the resource that says it. */
export const statementsOf = (
  resources: readonly Resource[],
): readonly (Statement & { readonly id: string })[] =>
  resources.flatMap(({ id, Properties }) => {
    const policy = policySchema.safeParse(Properties);
    return policy.success ? policy.data.PolicyDocument.Statement.map((each) => ({ id, ...each })) : [];
  });

/** Ids of the resources that a value refers to. */
export const references = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref' && typeof inner === 'string') {
      return [inner];
    }
    if (key === 'Fn::GetAtt' && Array.isArray(inner) && typeof inner[0] === 'string') {
      return [inner[0]];
    }
    return references(inner);
  });
};
