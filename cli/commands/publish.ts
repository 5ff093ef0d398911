import * as z from 'zod';
import { publishAnswerSchema } from '../../lib/contracts/http/control-answers.ts';
import { findingSchema } from '../../lib/contracts/http/problem.ts';
import type { Finding } from '../../lib/domain/catalog/definition.ts';
import { place, printFindings, readCatalogOrFail, summarise } from '../catalog-report.ts';
import { CommandFailure, type Console, printJson } from '../console.ts';
import { jsonObjectSchema } from '../json-object.ts';
import { askService, describeProblem, type TargetOptions, targetOf } from '../service-client.ts';

export interface PublishOptions extends TargetOptions {
  readonly ifMatch?: string;
  readonly force?: string;
  readonly json?: boolean;
}

const findingsSchema = z.array(findingSchema.extend({ evidence: jsonObjectSchema }));
const refusalSchema = z.object({ findings: findingsSchema });

const findingsOf = (body: unknown): readonly Finding[] => {
  const parsed = refusalSchema.safeParse(body);
  return parsed.success ? parsed.data.findings : [];
};

/** A version's number stands for its entity tag. */
const entityTag = (text: string): string => (/^\d+$/.test(text) ? `"catalog-${text}"` : text);

/** `wend publish`: makes a directory of definitions the catalog that visitors get. */
export const publish = async (
  location: string,
  options: PublishOptions,
  console: Console,
): Promise<number> => {
  const { json = false, ifMatch, force } = options;
  const target = targetOf(options, console, 'ak_local');
  const files = await readCatalogOrFail(location, console, json);
  const { definitions } = files;
  const answer = await askService(target, {
    method: 'PUT',
    path: '/v1/catalog',
    body: { definitions, ...(force === undefined ? {} : { force: { reason: force } }) },
    headers: ifMatch === undefined ? {} : { 'if-match': entityTag(ifMatch) },
  });
  const findings = place(findingsOf(answer.body), files, location);
  const published = answer.status === 200 ? publishAnswerSchema.safeParse(answer.body) : null;
  if (published === null || !published.success) {
    if (json) printJson(console, answer.body);
    else printFindings(console, findings);
    // The findings say it all, and with their places.
    const why = findings.length > 0 ? summarise(definitions.length, findings) : describeProblem(answer);
    throw new CommandFailure(`Not published: ${why}`);
  }
  const { version } = published.data;
  if (json) printJson(console, { version, findings });
  else {
    printFindings(console, findings);
    console.out(
      `Published version ${version} at ${target.url}: ${summarise(definitions.length, findings)}\n`,
    );
  }
  return 0;
};
