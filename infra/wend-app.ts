import { App, type AppProps } from 'aws-cdk-lib';

/**
 * An app of CDK without CDK's own look at the templates by CloudFormation's schemas, which takes longer than all the rest
 * of a synthesis: cfn-lint looks at every environment's (docs/adr/0024-templates-are-linted-by-cfn-lint.md).
 */
export const createApp = (props: AppProps = {}): App =>
  new App({ ...props, builtinCloudFormationValidation: false });
