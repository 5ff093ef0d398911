import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { bundleFunctions } from './bundling.ts';
import { readConfig } from './config.ts';
import { FUNCTION_NAMES } from './functions.ts';
import { WendStack } from './stacks/wend-stack.ts';

const app = new App();
const config = readConfig({
  environment: app.node.tryGetContext('environment'),
  overrides: app.node.tryGetContext('overrides'),
});

new WendStack(app, `wend-${config.environment}`, {
  config,
  bundles: await bundleFunctions(FUNCTION_NAMES, join(app.outdir, 'bundles')),
});

app.synth();
