const certificate = (region: string) => `arn:aws:acm:${region}:123456789012:certificate/1`;

/** Overrides of an environment that has CloudFront and a firewall in front of its API. */
export const WITH_EDGE = {
  account: '123456789012',
  region: 'eu-central-1',
  api: { domain: { name: 'origin.shop.example', certificateArn: certificate('eu-central-1') } },
  edge: {
    domain: { name: 'wend.shop.example', certificateArn: certificate('us-east-1') },
    requestsPerFiveMinutes: 3000,
    rotation: 3,
  },
};

/** Overrides of an environment that decides in another Region too. */
export const WITH_REPLICA = { account: '123456789012', region: 'eu-central-1', replicas: ['us-west-2'] };
