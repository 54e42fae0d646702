import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { exemptions } from "../../policy/exemptions.ts";
import { isExempt, type Resource, violationsOf } from "../../policy/rule.ts";
import { rules } from "../../policy/rules/index.ts";
import { evaluateStack, type RegisteredResource } from "../infra/support/evaluate.ts";

const asRuleSeesIt = ({ outputs, ...resource }: RegisteredResource): Resource => ({ ...resource, props: outputs });

async function violationsIn(stack: string, extra?: Record<string, unknown>) {
  const resources = (await evaluateStack(stack, extra)).resources.map(asRuleSeesIt);
  return rules.flatMap((rule) =>
    violationsOf(rule, resources).map(({ resource, message }) => ({ rule, urn: resource.urn, message })),
  );
}

const everythingOn = {
  firewall: true,
  monitoring: true,
  auditTrail: true,
  userPoolLogs: true,
  encryptionKey: "managed",
  allowedOrigin: "https://app.example.com",
};

describe("the stacks under the policy pack", () => {
  for (const stack of ["dev", "prod"]) {
    it(`are clean in ${stack} but for its exemptions`, async () => {
      const remaining = (await violationsIn(stack))
        .filter(({ rule, urn }) => !isExempt(rule, urn, exemptions))
        .map(({ rule, urn, message }) => `${rule.name}: ${urn}: ${message}`);
      deepEqual(remaining, []);
    });

    it(`need every exemption that ${stack} has, and each says why`, async () => {
      const broken = new Set((await violationsIn(stack)).map(({ rule }) => rule.name));
      for (const { rule, reason } of exemptions.filter((exemption) => exemption.stack === stack)) {
        equal(broken.has(rule), true, `${rule} is kept in ${stack}: its exemption is not needed`);
        match(reason, /^[A-Z].{30,}\.$/);
      }
    });
  }

  it("are clean in prod with everything optional on, without any exemption", async () => {
    deepEqual(await violationsIn("prod", everythingOn), []);
  });

  for (const [what, stack, change, rule] of [
    ["MFA is turned off in prod", "prod", { mfa: "off" }, "cognito-mfa"],
    ["threat protection only watches", "prod", { threatProtection: "audit" }, "cognito-threat-protection"],
    ["deletion protection is off in prod", "prod", { deletionProtection: false }, "cognito-deletion-protection"],
    ["prod takes the implicit flow", "prod", { flow: "implicit", tokenUse: "id" }, "cognito-client-no-implicit-flow"],
    ["the API is open", "dev", { authorization: "none" }, "apigw-method-authorized"],
    ["TLS 1.2 is allowed", "dev", { minimumTls: "1.2" }, "apigw-tls13"],
    ["other host names are allowed", "prod", { endpointAccessMode: "BASIC" }, "apigw-tls13"],
  ] as const) {
    it(`are caught when ${what}`, async () => {
      const caught = (await violationsIn(stack, change))
        .filter(({ rule: broken, urn }) => !isExempt(broken, urn, exemptions))
        .map((violation) => violation.rule.name);
      deepEqual(caught, [rule]);
    });
  }

  it("are exempt by rule and by stack, not by one alone", () => {
    const mfa = rules.find((rule) => rule.name === "cognito-mfa")!;
    const urn = (stack: string) => `urn:pulumi:${stack}::demo-auth::aws:cognito/userPool:UserPool::users-pool`;
    equal(isExempt(mfa, urn("dev"), exemptions), true);
    equal(isExempt(mfa, urn("prod"), exemptions), false);
    equal(isExempt(mfa, urn("developers"), exemptions), false);
    notEqual(exemptions.length, 0);
  });
});
