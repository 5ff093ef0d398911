import * as z from 'zod';

/** Retention times that CloudWatch Logs takes, in days. */
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827] as const;

const identitySchema = z.discriminatedUnion('secret', [
  /** The stack makes a secret, to be read by the shop from Secrets Manager. */
  z.strictObject({ secret: z.literal('generated'), audience: z.string().min(1).optional() }),
  /** The shop keeps its secret in Secrets Manager, in the account and Region of the stack. */
  z.strictObject({
    secret: z.literal('named'),
    name: z.string().min(1),
    audience: z.string().min(1).optional(),
  }),
  /** Written here for all to read: for environments whose data is thrown away. */
  z.strictObject({
    secret: z.literal('literal'),
    value: z.string().min(32),
    audience: z.string().min(1).optional(),
  }),
  /** No identity token is accepted. */
  z.strictObject({ secret: z.literal('none') }),
]);

const limitSchema = z.strictObject({
  /** Requests that are let through in the long run, per second. */
  requestsPerSecond: z.number().int().min(1),
  /** Requests that may come at once on top. */
  burst: z.number().int().min(1),
});

const domainSchema = z.strictObject({
  /** Without `https://`. */
  name: z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/),
  certificateArn: z.string().startsWith('arn:'),
});

const regionSchema = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/);

const configSchema = z
  .strictObject({
    /** Name of the environment; all of its stacks and things begin with `wend-<environment>-`. */
    environment: z.string().regex(/^[a-z][a-z0-9-]{0,19}$/),
    /** Account and Region to deploy to; absent: those of whoever deploys. */
    account: z
      .string()
      .regex(/^\d{12}$/)
      .optional(),
    region: regionSchema.optional(),
    data: z.strictObject({
      /** Whether tables, logs and secrets outlive the stack. */
      retain: z.boolean(),
      /** Whether DynamoDB refuses to delete a table. */
      deletionProtection: z.boolean(),
      /** How far back a table can be restored, days; null: not at all. */
      recoveryDays: z.number().int().min(1).max(35).nullable(),
      /** Whether tables are encrypted by keys of the environment's own, which can be disabled; else by AWS's own. */
      ownKey: z.boolean(),
    }),
    /** Other Regions that hold the tables, decide and take events; `region` is then the home of all the rest. */
    replicas: z.array(regionSchema),
    logs: z.strictObject({
      retentionDays: z.literal(RETENTION_DAYS),
      /** Not above INFO: the functions' figures are lines of that level. */
      level: z.enum(['DEBUG', 'INFO']),
    }),
    api: z.strictObject({
      /** What API Gateway lets through to a route, by who may call it. */
      limits: z.strictObject({
        /** Each route for browsers and apps, and whatever is no route. */
        visitors: limitSchema,
        /** Each route for servers. */
        servers: limitSchema,
        /** Each route for operators. */
        operators: limitSchema,
      }),
      /** A name of the API's own, with a certificate in its Region; null: the one that AWS gives. */
      domain: domainSchema.nullable(),
    }),
    /** Where applied events are archived; null: nowhere. */
    archive: z
      .strictObject({
        /** For how long they are kept. */
        retentionDays: z.number().int().min(1).max(3650),
        /** A file is written when it is this old, seconds, or this large before it is compressed, MiB. */
        bufferSeconds: z.number().int().min(60).max(900),
        bufferMegabytes: z.number().int().min(1).max(128),
      })
      .nullable(),
    /**
     * Whom operators and agents log in with (OIDC), beside keys: a token with the scope `wend:admin` or `wend:agent`. Null:
     * nobody does.
     */
    operators: z
      .strictObject({
        issuer: z.url({ protocol: /^https$/ }),
        audience: z.string().min(1),
        /** `jwks_uri` of the issuer's `/.well-known/openid-configuration`. */
        keysUrl: z.url({ protocol: /^https$/ }),
      })
      .nullable(),
    /** CloudFront and a firewall in front of the API, which is then to be had no other way; null: none. */
    edge: z
      .strictObject({
        /** Where clients call the service, with a certificate in us-east-1. */
        domain: domainSchema,
        /** Requests that one network address may make in five minutes. */
        requestsPerFiveMinutes: z.number().int().min(10),
        /** Counted up to change what the edge proves itself by. */
        rotation: z.number().int().min(1),
      })
      .nullable(),
    /** Most copies at a time of each function that takes messages off a queue. */
    concurrency: z.strictObject({
      /** Of those that move journeys: what visitors did, and timers that fired. */
      react: z.number().int().min(2).max(1000),
      /** Of those that carry out what journeys want of the world. */
      effects: z.number().int().min(2).max(1000),
      /** Of the one that adds to counters: everybody counts at the same ones, and more copies meet there more often. */
      counters: z.number().int().min(2).max(1000),
    }),
    /**
     * How new versions of functions take over, step by step, and back by themselves where an alarm rings; null: all at
     * once.
     */
    canary: z
      .enum([
        'CANARY_10PERCENT_5MINUTES',
        'CANARY_10PERCENT_10MINUTES',
        'CANARY_10PERCENT_15MINUTES',
        'CANARY_10PERCENT_30MINUTES',
        'LINEAR_10PERCENT_EVERY_1MINUTE',
      ])
      .nullable(),
    /** Dashboard and alarms; null: none. */
    observability: z
      .strictObject({
        /** Who is told of alarms, once they have confirmed the e-mail that SNS sends them. */
        emails: z.array(z.email()),
        /** What is promised; an alarm rings where it is not kept. */
        objectives: z.strictObject({
          /** Answers that are no server's error, percent. */
          availability: z.number().min(90).max(99.999),
          /** Slowest decision but the slowest one in a hundred, milliseconds. */
          decideP99: z.number().int().min(10),
          /** How long anything that visitors did may wait until journeys know of it, seconds. */
          oldestEvent: z.number().int().min(1),
        }),
      })
      .nullable(),
    publish: z.strictObject({
      /** Whether what is on the bus is described in EventBridge's registry of schemas. */
      schemas: z.boolean(),
      /** Batches of one shard of the visitors' stream that are routed at a time. */
      parallelization: z.number().int().min(1).max(10),
    }),
    /** Who delivers messages; each is null where nobody does, and messages are then on the bus alone. */
    deliveries: z.strictObject({
      /** From whom e-mails come, and the identity (that address, or its domain) that SES has verified. */
      email: z.strictObject({ from: z.string().min(3), identity: z.string().min(3) }).nullable(),
      /** Where messages of every other channel go, and the secret in Secrets Manager (`whsec_…`) that signs them. */
      webhook: z
        .strictObject({ url: z.url({ protocol: /^https$/ }), secretName: z.string().min(1) })
        .nullable(),
    }),
    control: z.strictObject({
      /** How old a function's last look at the catalog pointer and the keys may be, milliseconds. */
      maximumAgeMs: z.number().int().min(0).max(10_000),
    }),
    identity: identitySchema,
  })
  .refine(({ data, identity }) => !(data.retain && identity.secret === 'literal'), {
    path: ['identity', 'secret'],
    message:
      'a literal secret can be read by all who read this file: retained data needs "generated" or "named"',
  })
  .refine(
    ({ replicas, region }) => replicas.length === 0 || (region !== undefined && !replicas.includes(region)),
    {
      path: ['replicas'],
      message: 'the home "region" has to be named, and is none of the replicas',
    },
  )
  .refine(({ edge, api, region }) => edge === null || (api.domain !== null && region !== undefined), {
    path: ['edge'],
    message: 'CloudFront reaches the API by a name of its own: "api.domain", and names its "region"',
  })
  .refine(({ edge, replicas }) => edge === null || replicas.length === 0, {
    path: ['edge'],
    message: 'the edge leads to one Region: lead to replicas by the names of their APIs',
  })
  .refine(({ region, replicas, data }) => !data.ownKey || (region !== undefined && replicas.length === 0), {
    path: ['data', 'ownKey'],
    message: 'a key stays in its Region: name the "region", and have no replicas',
  })
  .readonly();

/** All that differs between environments; constructs are given values of it and never the environment's name. */
export type WendConfig = z.infer<typeof configSchema>;

const control = { maximumAgeMs: 5000 };

/** What visitors' pages may ask in a second; the others need less, and a script that runs wild must not starve them. */
const limits = (requestsPerSecond: number): WendConfig['api']['limits'] => ({
  visitors: { requestsPerSecond, burst: requestsPerSecond * 2 },
  servers: { requestsPerSecond: Math.ceil(requestsPerSecond / 2), burst: requestsPerSecond },
  operators: { requestsPerSecond: 20, burst: 40 },
});

/** Few large files: a day has at most some three hundred. */
const archive = (retentionDays: number): WendConfig['archive'] => ({
  retentionDays,
  bufferSeconds: 300,
  bufferMegabytes: 64,
});

const objectives = { availability: 99.9, decideP99: 250, oldestEvent: 60 };

/** A shop's own address and webhook come in by `overrides`, or here. */
const deliveries = { email: null, webhook: null };

const ENVIRONMENTS: Readonly<Record<string, WendConfig>> = {
  dev: {
    environment: 'dev',
    data: { retain: false, deletionProtection: false, recoveryDays: 7, ownKey: false },
    archive: archive(30),
    replicas: [],
    logs: { retentionDays: 14, level: 'DEBUG' },
    api: { limits: limits(100), domain: null },
    operators: null,
    edge: null,
    concurrency: { react: 5, effects: 2, counters: 2 },
    canary: null,
    observability: { emails: [], objectives: { availability: 99, decideP99: 1000, oldestEvent: 300 } },
    publish: { schemas: true, parallelization: 1 },
    deliveries,
    control,
    identity: { secret: 'generated' },
  },
  staging: {
    environment: 'staging',
    data: { retain: true, deletionProtection: true, recoveryDays: 14, ownKey: false },
    archive: archive(90),
    replicas: [],
    logs: { retentionDays: 30, level: 'INFO' },
    api: { limits: limits(1000), domain: null },
    operators: null,
    edge: null,
    concurrency: { react: 20, effects: 5, counters: 2 },
    canary: 'CANARY_10PERCENT_5MINUTES',
    observability: { emails: [], objectives },
    publish: { schemas: true, parallelization: 2 },
    deliveries,
    control,
    identity: { secret: 'generated' },
  },
  production: {
    environment: 'production',
    data: { retain: true, deletionProtection: true, recoveryDays: 35, ownKey: false },
    archive: archive(400),
    replicas: [],
    logs: { retentionDays: 90, level: 'INFO' },
    api: { limits: limits(5000), domain: null },
    operators: null,
    edge: null,
    concurrency: { react: 100, effects: 20, counters: 2 },
    canary: 'CANARY_10PERCENT_10MINUTES',
    observability: { emails: [], objectives },
    publish: { schemas: true, parallelization: 10 },
    deliveries,
    control,
    identity: { secret: 'generated' },
  },
  /** What an emulator takes: it has no CodeDeploy, and no alarms that compute (docs/deploy-emulated.md). */
  emulated: {
    environment: 'emulated',
    region: 'us-east-1',
    data: { retain: false, deletionProtection: false, recoveryDays: 7, ownKey: true },
    archive: null,
    replicas: [],
    logs: { retentionDays: 1, level: 'DEBUG' },
    api: { limits: limits(1000), domain: null },
    operators: null,
    edge: null,
    concurrency: { react: 2, effects: 2, counters: 2 },
    canary: null,
    observability: null,
    publish: { schemas: false, parallelization: 1 },
    deliveries,
    // Tests publish, and look at once.
    control: { maximumAgeMs: 0 },
    identity: { secret: 'generated' },
  },
};

/** Names of the environments that this file knows. */
export const ENVIRONMENT_NAMES: readonly string[] = Object.keys(ENVIRONMENTS);

/** The configuration asked for doesn't exist or makes no sense; the message names each path. */
export class ConfigRejected extends Error {
  override readonly name = 'ConfigRejected';
}

const isSection = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A section that is given replaces the values it names; `identity` is replaced as a whole, being one of four kinds. */
const merge = (base: object, overrides: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(overrides)) {
    const current = merged[key];
    merged[key] =
      key !== 'identity' && isSection(value) && isSection(current) ? merge(current, value) : value;
  }
  return merged;
};

/** Context comes as JSON text from `-c overrides=…` and as an object from cdk.json. */
const parseOverrides = (overrides: unknown): Readonly<Record<string, unknown>> => {
  let document = overrides ?? {};
  if (typeof document === 'string') {
    try {
      document = JSON.parse(document);
    } catch {
      throw new ConfigRejected(`context "overrides" is not JSON: ${String(overrides)}`);
    }
  }
  if (!isSection(document)) {
    throw new ConfigRejected('context "overrides" has to be an object, as in {"logs":{"retentionDays":7}}');
  }
  return document;
};

/**
 * The configuration of an environment.
 *
 * @param context - `environment` names an entry of this file; `overrides` (an object, or JSON text of one) replaces
 *   single values of it, and with a new `environment` in it makes a stack of its own beside the entry's
 * @throws {@link ConfigRejected} that says which environment or which value is not known
 */
export const readConfig = (context: {
  readonly environment: unknown;
  readonly overrides?: unknown;
}): WendConfig => {
  const name = ENVIRONMENT_NAMES.find((known) => known === context.environment);
  const entry = name === undefined ? undefined : ENVIRONMENTS[name];
  if (entry === undefined) {
    throw new ConfigRejected(
      `no environment "${String(context.environment)}": use -c environment=${ENVIRONMENT_NAMES.join('|')}`,
    );
  }
  const parsed = configSchema.safeParse(merge(entry, parseOverrides(context.overrides)));
  if (!parsed.success) {
    const reasons = parsed.error.issues.map(
      ({ path, message }) => `${path.join('.') || '(root)'}: ${message}`,
    );
    throw new ConfigRejected(`configuration of "${entry.environment}" is invalid: ${reasons.join('; ')}`);
  }
  return parsed.data;
};
