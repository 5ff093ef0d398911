/**
 * All that a log line may carry. The list is closed on purpose: bodies, keys, traits and the ids of people have
 * no field to be put in.
 */
export interface LogFields {
  readonly requestId?: string;
  readonly traceId?: string;
  readonly operation?: string;
  readonly status?: number;
  readonly durationMilliseconds?: number;
  readonly count?: number;
  readonly attempt?: number;
  readonly catalogVersion?: number;
  readonly keyId?: string;
  readonly reason?: string;
}

/** What functions log with. `error` is described by its name, its cause's name and its stack's frames only. */
export interface Logger {
  readonly debug: (message: string, fields?: LogFields) => void;
  readonly info: (message: string, fields?: LogFields) => void;
  readonly warn: (message: string, fields?: LogFields, error?: unknown) => void;
  readonly error: (message: string, fields?: LogFields, error?: unknown) => void;
}

/**
 * An error without its message: messages quote what they stumbled over, which may be a person's data. The frames
 * of the stack say where.
 */
export const describeError = (error: unknown): { readonly [field: string]: unknown } => {
  if (!(error instanceof Error)) return { errorName: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const cause = error.cause instanceof Error ? { causeName: error.cause.name } : {};
  return { errorName: error.name, ...cause, stack: frames.map((line) => line.trim()) };
};

/** From the least to the most important; `SILENT` is above all. */
const LEVELS: readonly string[] = ['DEBUG', 'INFO', 'WARN', 'ERROR', 'SILENT'];

/** Lambda sets `AWS_LAMBDA_LOG_LEVEL` from the function's configuration; `POWERTOOLS_LOG_LEVEL` overrules it. */
const leastLevel = (): number => {
  const named = (
    process.env.POWERTOOLS_LOG_LEVEL ??
    process.env.AWS_LAMBDA_LOG_LEVEL ??
    'INFO'
  ).toUpperCase();
  const level = LEVELS.indexOf(named);
  return level === -1 ? LEVELS.indexOf('INFO') : level;
};

/**
 * A logger that writes one JSON object a line to standard output, with the `timestamp` and `level` by which Lambda
 * filters. Written out here since a library for it is 24 KB of every bundle.
 */
export const createLogger = (service: string): Logger => {
  const least = leastLevel();
  const write = (
    level: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR',
    message: string,
    fields: LogFields | undefined,
    described: object,
  ): void => {
    if (LEVELS.indexOf(level) < least) return;
    const line = { level, message, timestamp: new Date().toISOString(), service, ...fields, ...described };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };
  const describe = (error: unknown): object => (error === undefined ? {} : describeError(error));
  return {
    debug: (message, fields) => write('DEBUG', message, fields, {}),
    info: (message, fields) => write('INFO', message, fields, {}),
    warn: (message, fields, error) => write('WARN', message, fields, describe(error)),
    error: (message, fields, error) => write('ERROR', message, fields, describe(error)),
  };
};
