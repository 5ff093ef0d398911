import { describe, expect, it } from 'vitest';
import { ENVIRONMENT_NAMES } from '../../infra/config.ts';
import { FUNCTION_NAMES } from '../../infra/functions.ts';
import { actionsOn } from './resources.ts';
import { ofType, statementsOf, synthesize } from './synthesize.ts';

const ARCHIVES = ['on-events-received', 'on-archive-records'];

describe.each(ENVIRONMENT_NAMES.filter((name) => name !== 'emulated'))('the archive of %s', (environment) => {
  const { resources, config } = synthesize(environment);
  const [bucket, ...otherBuckets] = ofType(resources, 'AWS::S3::Bucket');
  const [stream, ...otherStreams] = ofType(resources, 'AWS::KinesisFirehose::DeliveryStream');

  it('is one bucket, encrypted, which forgets in time and outlives the stack where it is told so', () => {
    expect(otherBuckets).toEqual([]);
    expect(bucket?.stack).toBe('data');
    expect(bucket?.DeletionPolicy).toBe(config.data.retain ? 'RetainExceptOnCreate' : 'Delete');
    expect(bucket?.Properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      LifecycleConfiguration: {
        Rules: [{ Status: 'Enabled', ExpirationInDays: config.archive?.retentionDays }],
      },
    });
  });

  it('is written by one encrypted stream, compressed, by days, and what fails apart from the rest', () => {
    expect(otherStreams).toEqual([]);
    expect(stream?.Properties).toMatchObject({
      DeliveryStreamName: `wend-${environment}-archive`,
      DeliveryStreamType: 'DirectPut',
      DeliveryStreamEncryptionConfigurationInput: { KeyType: 'AWS_OWNED_CMK' },
      ExtendedS3DestinationConfiguration: {
        Prefix: 'events/day=!{timestamp:yyyy-MM-dd}/',
        ErrorOutputPrefix: expect.stringMatching(/^failed\//),
        CompressionFormat: 'GZIP',
        CloudWatchLoggingOptions: { Enabled: true },
        BufferingHints: { IntervalInSeconds: config.archive?.bufferSeconds },
      },
    });
  });

  it('takes records of the functions that have some, and lets nobody read', () => {
    for (const name of FUNCTION_NAMES) {
      const expected = ARCHIVES.includes(name) ? ['firehose:PutRecordBatch'] : [];
      expect(actionsOn(resources, name, 'archive'), name).toEqual(expected);
    }
    const reading = statementsOf(resources).filter(
      ({ Effect, Action }) => Effect === 'Allow' && Action.includes('s3:GetObject'),
    );
    expect(reading.map(({ id }) => id.replace(/DefaultPolicy[0-9A-F]{8}$/, ''))).toEqual(['ArchiveRole']);
  });
});

describe('an environment', () => {
  it('has no archive, and no alarm about it, where its configuration says so', () => {
    const { resources } = synthesize('production', { archive: null });
    expect(ofType(resources, 'AWS::KinesisFirehose::DeliveryStream')).toEqual([]);
    expect(ofType(resources, 'AWS::S3::Bucket')).toEqual([]);
    const alarms = ofType(resources, 'AWS::CloudWatch::Alarm').map(({ id }) => id);
    const [dashboard] = ofType(resources, 'AWS::CloudWatch::Dashboard');
    expect(JSON.stringify(dashboard?.Properties)).not.toContain('AWS/Firehose');
    expect(alarms.filter((id) => id.startsWith('ArchiveFails') || id.startsWith('ArchiveLate'))).toEqual([]);
  });

  it('has a key of its own for the archive, which the stream alone uses, where its configuration says so', () => {
    const { resources } = synthesize('production', {
      region: 'eu-west-1',
      data: { ownKey: true },
    });
    const [bucket] = ofType(resources, 'AWS::S3::Bucket');
    expect(JSON.stringify(bucket?.Properties['BucketEncryption'])).toContain('"SSEAlgorithm":"aws:kms"');
    const using = statementsOf(resources).filter(({ Action }) => Action.includes('kms:GenerateDataKey'));
    expect(using.map(({ id }) => id.replace(/DefaultPolicy[0-9A-F]{8}$/, ''))).toEqual(['ArchiveRole']);
  });
});
