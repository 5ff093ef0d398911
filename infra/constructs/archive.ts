import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup, LogStream, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { WendConfig } from '../config.ts';
import { requireImpact } from './impact.ts';
import { retainedIf } from './retained.ts';

export interface ArchiveProps {
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  /** What stream and bucket are called in AWS; the bucket's name goes on with account and Region. */
  readonly name: string;
  readonly settings: NonNullable<WendConfig['archive']>;
  /** Whether the bucket outlives the stack. */
  readonly retain: boolean;
  /** Whether a key is made for it that can be disabled; else S3's own encrypts it. */
  readonly ownKey: boolean;
  readonly logRetention: RetentionDays;
}

/** Where Firehose puts what it delivers: by the day of its arrival, as local files are laid out. */
const EVENTS = 'events/';

/** And what it can't. */
const FAILED = 'failed/';

/**
 * The archive of applied events: a delivery stream that writes compressed files of lines into a bucket, which forgets
 * them in time. What is personal in them is sealed before it comes here (docs/concepts/archive.md).
 */
export class Archive extends Construct {
  readonly impact: string;
  readonly bucket: Bucket;
  readonly stream: CfnDeliveryStream;

  constructor(scope: Construct, id: string, props: ArchiveProps) {
    super(scope, id);
    this.impact = requireImpact(id, props.impact);
    const { settings } = props;
    this.bucket = this.#makeBucket(props);
    const log = new LogGroup(this, 'Log', {
      retention: props.logRetention,
      removalPolicy: retainedIf(props.retain),
    });
    const deliveries = new LogStream(this, 'Deliveries', {
      logGroup: log,
      removalPolicy: retainedIf(props.retain),
    });
    const role = this.#makeRole();
    log.grantWrite(role);
    this.stream = new CfnDeliveryStream(this, 'Stream', {
      deliveryStreamName: props.name,
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: { keyType: 'AWS_OWNED_CMK' },
      extendedS3DestinationConfiguration: {
        bucketArn: this.bucket.bucketArn,
        roleArn: role.roleArn,
        prefix: `${EVENTS}day=!{timestamp:yyyy-MM-dd}/`,
        errorOutputPrefix: `${FAILED}!{firehose:error-output-type}/day=!{timestamp:yyyy-MM-dd}/`,
        compressionFormat: 'GZIP',
        bufferingHints: { intervalInSeconds: settings.bufferSeconds, sizeInMBs: settings.bufferMegabytes },
        cloudWatchLoggingOptions: {
          enabled: true,
          logGroupName: log.logGroupName,
          logStreamName: deliveries.logStreamName,
        },
      },
    });
    // It looks at once whether it may write.
    this.stream.node.addDependency(role);
  }

  #makeBucket({ name, settings, retain, ownKey }: ArchiveProps): Bucket {
    const { account, region } = Stack.of(this);
    const bucket = new Bucket(this, 'Bucket', {
      // Names of buckets are of the whole world.
      bucketName: `${name}-${account}-${region}`,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      ...(ownKey
        ? { encryption: BucketEncryption.KMS, encryptionKey: this.#makeKey(retain), bucketKeyEnabled: true }
        : { encryption: BucketEncryption.S3_MANAGED }),
      lifecycleRules: [
        {
          expiration: Duration.days(settings.retentionDays),
          abortIncompleteMultipartUploadAfter: Duration.days(7),
        },
      ],
      removalPolicy: retainedIf(retain),
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Firehose alone writes, and who reads is in CloudTrail where the account records it; what is personal is sealed.',
    });
    return bucket;
  }

  #makeKey(retain: boolean): Key {
    return new Key(this, 'Key', {
      description: this.impact,
      enableKeyRotation: true,
      removalPolicy: retainedIf(retain),
    });
  }

  #makeRole(): Role {
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('firehose.amazonaws.com') });
    const folders = [`${EVENTS}*`, `${FAILED}*`];
    role.addToPolicy(
      new PolicyStatement({
        actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
        resources: [this.bucket.bucketArn],
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: ['s3:PutObject', 's3:GetObject', 's3:AbortMultipartUpload'],
        resources: folders.map((folder) => this.bucket.arnForObjects(folder)),
      }),
    );
    const { encryptionKey } = this.bucket;
    if (encryptionKey !== undefined) {
      role.addToPolicy(
        new PolicyStatement({
          actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
          resources: [encryptionKey.keyArn],
        }),
      );
    }
    const reason =
      'Firehose names its files when it writes them: it may write under these two folders alone.';
    // As cdk-nag prints the bucket's ARN, which is known when this is deployed only.
    const made = this.bucket.node.defaultChild;
    if (!(made instanceof CfnBucket)) throw new Error('a bucket is no bucket any more');
    const bucket = Stack.of(this).getLogicalId(made);
    Validations.of(role).acknowledge(
      ...folders.map((folder) => ({ id: `AwsSolutions-IAM5[Resource::<${bucket}.Arn>/${folder}]`, reason })),
    );
    return role;
  }
}
