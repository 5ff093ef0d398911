import { describe, expect, it } from 'vitest';
import { ConfigRejected, ENVIRONMENT_NAMES, readConfig } from '../../infra/config.ts';

describe('configuration', () => {
  it('knows the four environments, each named as it is asked for', () => {
    expect([...ENVIRONMENT_NAMES].sort()).toEqual(['dev', 'emulated', 'production', 'staging']);
    for (const environment of ENVIRONMENT_NAMES) {
      expect(readConfig({ environment }).environment).toBe(environment);
    }
  });

  it('says which environments there are when it is asked for another, or for none', () => {
    for (const environment of ['prod', undefined, 7, 'toString']) {
      expect(() => readConfig({ environment })).toThrow(/dev\|staging\|production\|emulated/);
    }
  });

  it('takes single values from context, as JSON text and as an object, and leaves the others', () => {
    const text = readConfig({ environment: 'dev', overrides: '{"logs":{"retentionDays":3}}' });
    const object = readConfig({ environment: 'dev', overrides: { logs: { retentionDays: 3 } } });
    expect(text).toEqual(object);
    expect(text.logs).toEqual({ retentionDays: 3, level: 'DEBUG' });
    expect(text.data).toEqual(readConfig({ environment: 'dev' }).data);
  });

  it('makes a stack of its own for another name', () => {
    const config = readConfig({ environment: 'dev', overrides: { environment: 'dev-anna' } });
    expect(config.environment).toBe('dev-anna');
  });

  it('replaces the identity as a whole, since its kinds have different values', () => {
    const config = readConfig({ environment: 'emulated', overrides: { identity: { secret: 'none' } } });
    expect(config.identity).toEqual({ secret: 'none' });
  });

  it.each([
    ['an unknown value', '{"logs":{"retention":7}}', /logs/],
    ['a retention that CloudWatch does not take', '{"logs":{"retentionDays":8}}', /logs\.retentionDays/],
    ['more days than DynamoDB can restore', '{"data":{"recoveryDays":36}}', /data\.recoveryDays/],
    [
      'control data older than the ten seconds promised',
      '{"control":{"maximumAgeMs":10001}}',
      /maximumAgeMs/,
    ],
    [
      'a webhook that is not encrypted',
      '{"deliveries":{"webhook":{"url":"http://shop.example/","secretName":"s"}}}',
      /webhook\.url/,
    ],
    ['a short secret', '{"identity":{"secret":"literal","value":"short"}}', /identity\.value/],
    ['something that is not JSON', '{logs', /is not JSON/],
    ['a list', '[1]', /has to be an object/],
  ])('refuses %s and says where', (_what, overrides, said) => {
    expect(() => readConfig({ environment: 'dev', overrides })).toThrow(ConfigRejected);
    expect(() => readConfig({ environment: 'dev', overrides })).toThrow(said);
  });

  it('refuses a secret that all can read where data is kept', () => {
    const identity = { secret: 'literal', value: 'x'.repeat(32) };
    expect(() => readConfig({ environment: 'production', overrides: { identity } })).toThrow(
      /identity\.secret: a literal secret/,
    );
  });
});
