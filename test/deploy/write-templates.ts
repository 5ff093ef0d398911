import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ENVIRONMENT_NAMES } from '../../infra/config.ts';
import { synthesize } from '../infra/synthesize.ts';

/**
 * Writes the templates of every environment into the folder that it is given. They do not depend on what functions do, so
 * nothing is bundled.
 */
const [, , folder = ''] = process.argv;

for (const environment of ENVIRONMENT_NAMES) {
  for (const [stack, template] of synthesize(environment).templates) {
    const path = join(folder, `wend-${environment}-${stack}.json`);
    // Findings name the line.
    await writeFile(path, JSON.stringify(template.toJSON(), null, 1));
  }
}
