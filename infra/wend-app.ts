import { App, type AppProps } from 'aws-cdk-lib';

/**
 * An app of CDK. It does not note where each construct was made, which nobody reads, nor look at templates by
 * CloudFormation's schemas, which takes longer than all the rest of a synthesis: cfn-lint looks at every environment's
 * (docs/adr/0024-templates-are-linted-by-cfn-lint.md).
 */
export const createApp = (props: AppProps = {}): App =>
  new App({ ...props, stackTraces: false, builtinCloudFormationValidation: false });
