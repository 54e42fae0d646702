/** Where this project does not keep a rule on purpose. A reason is part of each; one that is no longer needed fails a test. */
import type { Exemption } from "./rule.ts";

export const exemptions: readonly Exemption[] = [
  {
    rule: "cognito-mfa",
    stack: "dev",
    reason: "The tutorial signs in with a password alone, and the stack holds nobody's data but the learner's.",
  },
  {
    rule: "cognito-threat-protection",
    stack: "dev",
    reason: "Threat protection needs the PLUS plan, which is paid for from the first user.",
  },
  {
    rule: "cognito-deletion-protection",
    stack: "dev",
    reason: "A stack for learning is made to be destroyed; its users are test users.",
  },
  {
    rule: "cognito-client-no-implicit-flow",
    stack: "dev",
    reason: "The tutorial teaches the implicit flow. The ID token it yields is short-lived and carries no API scope.",
  },
  {
    rule: "apigw-access-logs-json",
    stack: "dev",
    reason: "Logs of an API need a role that is the account's, and a stack for learning leaves that alone.",
  },
  {
    rule: "apigw-execution-logs",
    stack: "dev",
    reason: "Logs of an API need a role that is the account's, and a stack for learning leaves that alone.",
  },
  {
    rule: "apigw-behind-firewall",
    stack: "dev",
    reason: "A web ACL costs more each month than everything else in the stack together.",
  },
  {
    rule: "apigw-behind-firewall",
    stack: "prod",
    reason: "Whether the API needs one is decided for each deployment: set demo-auth:firewall to true.",
  },
];
