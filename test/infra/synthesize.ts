import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { readConfig } from '../../infra/config.ts';
import { FUNCTION_NAMES } from '../../infra/functions.ts';
import { WendStack } from '../../infra/stacks/wend-stack.ts';

const resourceSchema = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
});

const templateSchema = z.looseObject({ Resources: z.record(z.string(), resourceSchema) });

const cdkJsonSchema = z.object({ app: z.string(), context: z.record(z.string(), z.unknown()) });

/** The flags under which the CLI synthesises: a test without them would look at another template. */
export const cdkJson = cdkJsonSchema.parse(
  JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')),
);

export type Resource = z.infer<typeof resourceSchema> & { readonly id: string };

export interface Synthesized {
  readonly template: Template;
  readonly resources: readonly Resource[];
}

/** A bundle that is none: templates don't depend on what the functions do. */
const emptyBundle = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'wend-bundle-'));
  writeFileSync(join(folder, 'index.js'), 'exports.handler = async () => undefined;\n');
  return folder;
};

/** The template of an environment, without bundling anything. */
export const synthesize = (environment: string, overrides: object = {}): Synthesized => {
  const bundle = emptyBundle();
  const app = new App({ context: cdkJson.context, outdir: mkdtempSync(join(tmpdir(), 'wend-cdk-')) });
  const stack = new WendStack(app, `wend-${environment}`, {
    config: readConfig({ environment, overrides }),
    bundles: new Map(FUNCTION_NAMES.map((name) => [name, bundle])),
  });
  const template = Template.fromStack(stack);
  const { Resources } = templateSchema.parse(template.toJSON());
  return {
    template,
    resources: Object.entries(Resources).map(([id, resource]) => ({ id, ...resource })),
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
