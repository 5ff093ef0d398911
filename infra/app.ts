import { join } from 'node:path';
import { bundleFunctions } from './bundling.ts';
import { ConfigRejected, readConfig, type WendConfig } from './config.ts';
import { FUNCTION_NAMES } from './functions.ts';
import { checkByRules } from './nag.ts';
import { buildEnvironment } from './stacks/environment.ts';
import { createApp } from './wend-app.ts';

const app = createApp();

/** Whoever mistypes an environment shall read one sentence, and no stack trace. */
const configOrExit = (): WendConfig => {
  try {
    return readConfig({
      environment: app.node.tryGetContext('environment'),
      overrides: app.node.tryGetContext('overrides'),
    });
  } catch (error) {
    if (!(error instanceof ConfigRejected)) throw error;
    console.error(error.message);
    process.exit(1);
  }
};

/** Told by `-c build=$(git rev-parse --short HEAD)`: `/health` and decision records then say which build they are of. */
const buildLabel: unknown = app.node.tryGetContext('build');

const config = configOrExit();
const bundles = await bundleFunctions(
  FUNCTION_NAMES,
  join(app.outdir, 'bundles'),
  buildLabel === undefined ? undefined : String(buildLabel),
);

checkByRules(app);
buildEnvironment(app, config, bundles);

app.synth();
