/** aws:cognito/userPoolDomain:UserPoolDomain: the origin of a pool's hosted UI (CreateUserPoolDomain). */
import type { cognito } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import type { UserPoolModel } from "../../model.ts";
import type { CloudBuilder } from "../cloud-builder.ts";
import { served } from "../contract.ts";
import { few } from "../few.ts";
import { number, resourceType, stableId, text } from "../resource-type.ts";
import { managedLoginBranding } from "./managed-login-branding.ts";
import { userPool } from "./user-pool.ts";

const PREFIX = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Of `aws` only a whole part between hyphens: `awsome` was seen to be taken, and `newcognito` to be refused. */
const RESERVED = [/(?:^|-)(aws)(?:-|$)/, /(amazon)/, /(cognito)/];

type Domain = cognito.UserPoolDomain;
type DomainArgs = cognito.UserPoolDomainArgs;

export const userPoolDomain = resourceType<Domain, DomainArgs>("aws:cognito/userPoolDomain:UserPoolDomain", {
  inputs: {
    certificateArn: served,
    domain: served,
    managedLoginVersion: served,
    region: served,
    userPoolId: served,
  },

  create({ urn, inputs }, account) {
    const domain = text(inputs.domain) ?? "";
    if (!inputs.certificateArn) {
      if (!PREFIX.test(domain)) {
        throw new ResourceProblem(
          `InvalidParameterException: The domain name contains an invalid character. Domain names can only contain lower-case letters, numbers, and hyphens. Please enter a different name that follows this format: ^[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?$ The domain is ${JSON.stringify(domain)}.`,
        );
      }
      const reserved = RESERVED.map((word) => word.exec(domain)?.[1]).find((word) => word !== undefined);
      if (reserved)
        throw new ResourceProblem(`InvalidParameterException: Domain cannot contain reserved word: ${reserved}`);
    }
    const version = number(inputs.managedLoginVersion, 1);
    const tier = account.find(userPool.type, text(inputs.userPoolId) ?? "")?.userPoolTier;
    if (version === 2 && tier === "LITE") {
      throw new ResourceProblem(
        "FeatureUnavailableInTierException: The following feature is not available for the LITE pricing tier configured: Managed Login Version 2",
      );
    }
    const distribution = `${stableId(urn, 14)}.cloudfront.net`;
    return {
      id: domain,
      outputs: {
        managedLoginVersion: version,
        awsAccountId: account.accountId,
        cloudfrontDistribution: distribution,
        cloudfrontDistributionArn: distribution,
        cloudfrontDistributionZoneId: "Z2FDTNDATAQYW2",
        s3Bucket: `aws-cognito-prod-${account.region}-assets`,
        version: "1",
      },
    };
  },

  declare(resource, cloud) {
    const pool = cloud.userPool(resource.inputs.userPoolId, resource);
    cloud.atTheEnd(resource, () => warnOfNowhereToSendCodes(pool, cloud));
    if (resource.outputs.managedLoginVersion === 2) cloud.atTheEnd(resource, () => warnOfNoStyle(pool, cloud));
    pool.domains.push({
      domain: resource.id,
      custom: Boolean(resource.inputs.certificateArn),
      certificateArn: text(resource.inputs.certificateArn),
      distribution: resource.outputs.cloudfrontDistribution as string,
      managedLoginVersion: resource.outputs.managedLoginVersion === 2 ? 2 : 1,
    });
  },
});

/** Managed login shows its pages to clients that have a style, and a sentence that names no reason to others. */
function warnOfNoStyle(pool: UserPoolModel, cloud: CloudBuilder): void {
  const styled = cloud.resources
    .filter(({ type }) => type === managedLoginBranding.type)
    .map(({ inputs }) => inputs.clientId);
  for (const { id, name, oauthEnabled, flows } of pool.clients) {
    if (!oauthEnabled || flows.every((flow) => flow === "client_credentials") || styled.includes(id)) continue;
    cloud.warnOfEach(
      "no managed login style",
      `"${name}"`,
      (clients) =>
        `The hosted UI says "Login pages unavailable" to ${few([...new Set(clients)])}: managed login has no style for it. Add one, new aws.cognito.ManagedLoginBranding("style", { userPoolId, clientId, useCognitoProvidedValues: true }), or leave out managedLoginVersion.`,
    );
  }
}

/** The pages ask for required attributes only, so that a code may have nowhere to go, and AWS says so to nobody. */
function warnOfNowhereToSendCodes(pool: UserPoolModel, cloud: CloudBuilder): void {
  const { autoVerifiedAttributes, usernameAttributes, schema } = pool;
  const signsUp = ({ oauthEnabled, identityProviders, flows }: UserPoolModel["clients"][number]) =>
    oauthEnabled && identityProviders.includes("COGNITO") && flows.some((flow) => flow !== "client_credentials");
  const asked = (name: string) =>
    usernameAttributes.some((each) => each === name) || schema.some((each) => each.name === name && each.required);
  if (pool.adminCreateUserOnly || pool.triggers.preSignUp || !pool.clients.some(signsUp)) return;
  if (autoVerifiedAttributes.length === 0 || autoVerifiedAttributes.some(asked)) return;
  const [name] = autoVerifiedAttributes;
  cloud.warnOfEach(
    "nowhere to send codes",
    `"${pool.name}"`,
    (pools) =>
      `Nobody who signs up on the hosted UI's pages can confirm: they ask for required attributes only, and there is no ${name} to send a code to, in ${few(pools)}. Require it, schemas: [{ name: "${name}", attributeDataType: "String", required: true, mutable: true }], or sign in by it, usernameAttributes: ["${name}"].`,
  );
}
