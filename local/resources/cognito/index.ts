/** Every resource type of Amazon Cognito that the provider has. */
import { identityPool } from "./identity-pool.ts";
import { identityPoolProviderPrincipalTag } from "./identity-pool-provider-principal-tag.ts";
import { identityPoolRoleAttachment } from "./identity-pool-role-attachment.ts";
import { identityProvider } from "./identity-provider.ts";
import { logDeliveryConfiguration } from "./log-delivery-configuration.ts";
import { managedLoginBranding } from "./managed-login-branding.ts";
import { managedUserPoolClient } from "./managed-user-pool-client.ts";
import { resourceServer } from "./resource-server.ts";
import { riskConfiguration } from "./risk-configuration.ts";
import { user } from "./user.ts";
import { userGroup } from "./user-group.ts";
import { userInGroup } from "./user-in-group.ts";
import { userPool } from "./user-pool.ts";
import { userPoolClient } from "./user-pool-client.ts";
import { userPoolDomain } from "./user-pool-domain.ts";
import { userPoolUICustomization } from "./user-pool-ui-customization.ts";

export const cognitoTypes = [
  ...[userPool, userPoolDomain, userPoolClient, managedUserPoolClient, resourceServer, userGroup, user, userInGroup],
  ...[identityProvider, managedLoginBranding, userPoolUICustomization, riskConfiguration, logDeliveryConfiguration],
  ...[identityPool, identityPoolRoleAttachment, identityPoolProviderPrincipalTag],
];
