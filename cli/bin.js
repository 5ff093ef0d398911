#!/usr/bin/env node
// Runs on whatever Node starts it, so: plain JavaScript, no dependency. `npx wend` finds the project's Node 24 first
// on its PATH; called by its own path it may meet the machine's Node, which can't run TypeScript: then the
// project's Node takes over.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const NEEDED = 24;

const isNewEnough = () => Number(process.versions.node.split('.')[0]) >= NEEDED;

const refuse = (sentence) => {
  console.error(sentence);
  process.exit(1);
};

const handOver = () => {
  const node = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
  if (process.env['WEND_HANDED_OVER'] !== undefined || !existsSync(node)) {
    refuse(
      `wend needs Node ${NEEDED}, and this is ${process.versions.node}: run \`npm ci\` in ${root}, which brings it.`,
    );
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, WEND_HANDED_OVER: '1' },
  });
  child.on('error', (error) => refuse(`The project's Node can't be started: ${error.message}.`));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
};

if (!isNewEnough()) handOver();
else if (!existsSync(new URL('../node_modules/commander', import.meta.url))) {
  refuse(`The packages that wend needs are not installed: run \`npm ci\` in ${root}.`);
} else {
  const { runWend } = await import('./wend.ts');
  process.exitCode = await runWend(process.argv.slice(2), {
    environment: process.env,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY === true,
  });
}
