/** Every rule of the pack. */
import type { Rule } from "../rule.ts";
import apigwAccessLogsJson from "./apigw-access-logs-json.ts";
import apigwAuthorizerPinsAudience from "./apigw-authorizer-pins-audience.ts";
import apigwBehindFirewall from "./apigw-behind-firewall.ts";
import apigwExecutionLogs from "./apigw-execution-logs.ts";
import apigwInputValidated from "./apigw-input-validated.ts";
import apigwMethodAuthorized from "./apigw-method-authorized.ts";
import apigwNoDataTrace from "./apigw-no-data-trace.ts";
import apigwThrottled from "./apigw-throttled.ts";
import apigwTls13 from "./apigw-tls13.ts";
import apigwXray from "./apigw-xray.ts";
import cognitoClientCallbacksHttpsOrLoopback from "./cognito-client-callbacks-https-or-loopback.ts";
import cognitoClientNoAdminScope from "./cognito-client-no-admin-scope.ts";
import cognitoClientNoImplicitFlow from "./cognito-client-no-implicit-flow.ts";
import cognitoClientNoUserExistenceErrors from "./cognito-client-no-user-existence-errors.ts";
import cognitoDeletionProtection from "./cognito-deletion-protection.ts";
import cognitoDomainV2HasBranding from "./cognito-domain-v2-has-branding.ts";
import cognitoMfa from "./cognito-mfa.ts";
import cognitoPasswordStrength from "./cognito-password-strength.ts";
import cognitoThreatProtection from "./cognito-threat-protection.ts";
import cognitoThreatProtectionNeedsPlus from "./cognito-threat-protection-needs-plus.ts";
import lambdaNoStarActions from "./lambda-no-star-actions.ts";
import lambdaPermissionHasSourceArn from "./lambda-permission-has-source-arn.ts";
import lambdaRuntimeSupported from "./lambda-runtime-supported.ts";
import logRetentionSet from "./log-retention-set.ts";
import trailValidatesFiles from "./trail-validates-files.ts";

export const rules: readonly Rule[] = [
  apigwAccessLogsJson,
  apigwAuthorizerPinsAudience,
  apigwBehindFirewall,
  apigwExecutionLogs,
  apigwInputValidated,
  apigwMethodAuthorized,
  apigwNoDataTrace,
  apigwThrottled,
  apigwTls13,
  apigwXray,
  cognitoClientCallbacksHttpsOrLoopback,
  cognitoClientNoAdminScope,
  cognitoClientNoImplicitFlow,
  cognitoClientNoUserExistenceErrors,
  cognitoDeletionProtection,
  cognitoDomainV2HasBranding,
  cognitoMfa,
  cognitoPasswordStrength,
  cognitoThreatProtection,
  cognitoThreatProtectionNeedsPlus,
  lambdaNoStarActions,
  lambdaPermissionHasSourceArn,
  lambdaRuntimeSupported,
  logRetentionSet,
  trailValidatesFiles,
];
