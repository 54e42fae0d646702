/** aws:secretsmanager/secret:Secret: what versions of a secret value belong to (CreateSecret). */
import type { secretsmanager } from "@pulumi/aws";
import { type Resource, ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import type { CloudBuilder } from "../cloud-builder.ts";
import { notServed, served, withoutEffect } from "../contract.ts";
import { type Account, arnOf, map, physicalName, resourceType, stableId, text } from "../resource-type.ts";
import { holdsUnknownOutput } from "../unknown-outputs.ts";

const TYPE = "aws:secretsmanager/secret:Secret";
const POLICY_TYPE = "aws:secretsmanager/secretPolicy:SecretPolicy";
const DESCRIBED = ["description", "kmsKeyId", "tags"];
const ONE_REGION = "a secret is in one region here, and nothing is replicated";
/** An empty policy asks for nothing. */
const NO_POLICY = ["", "{}"];

export const secret = resourceType<secretsmanager.Secret, secretsmanager.SecretArgs>(TYPE, {
  inputs: {
    description: served,
    forceOverwriteReplicaSecret: withoutEffect(ONE_REGION),
    kmsKeyId: served,
    name: served,
    namePrefix: served,
    policy: notServed("the policy is not looked at, so that nobody may read the value", {
      unless: NO_POLICY,
      guards: true,
    }),
    recoveryWindowInDays: withoutEffect("a secret that the program no longer declares is gone"),
    region: served,
    replicas: {
      parts: {
        kmsKeyId: withoutEffect(ONE_REGION),
        lastAccessedDate: withoutEffect(ONE_REGION),
        region: notServed(ONE_REGION),
        status: withoutEffect(ONE_REGION),
        statusMessage: withoutEffect(ONE_REGION),
      },
    },
    tags: served,
    type: notServed("no partner of AWS manages the secret"),
  },
  withoutUnknown: DESCRIBED,

  create(resource, account) {
    const { inputs } = resource;
    const prefix = text(inputs.namePrefix) ?? "";
    const name = prefix !== "" ? `${prefix}${stableId(resource.urn, 26)}` : physicalName(resource);
    if (!/^[\w/+=.@!-]{1,512}$/.test(name)) {
      throw new ResourceProblem(
        `ValidationException: Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@! It is ${JSON.stringify(name)}.`,
      );
    }
    const arn = secretArn(name, account);
    if (account.find(TYPE, arn)) {
      throw new ResourceProblem(
        `ResourceExistsException: The operation failed because the secret ${name} already exists.`,
      );
    }
    return {
      id: arn,
      outputs: { name, arn, namePrefix: prefix, policy: text(inputs.policy) ?? "" },
    };
  },

  declare(resource, cloud) {
    const { inputs, outputs } = resource;
    const hasOwnPolicy = cloud.resources.some(
      (other) => other.type === POLICY_TYPE && other.inputs.secretArn === outputs.arn,
    );
    const described = knownOf(resource, cloud);
    cloud.model.secrets.push({
      name: String(outputs.name),
      arn: String(outputs.arn),
      region: String(outputs.region),
      description: text(described.description) || undefined,
      kmsKeyId: text(described.kmsKeyId) || undefined,
      tags: map(described.tags),
      hasPolicy: hasOwnPolicy || !NO_POLICY.includes(text(inputs.policy) ?? ""),
      versions: [],
    });
  },
});

/** What DescribeSecret tells, as far as it is known; the start names the rest. */
function knownOf(resource: Resource, cloud: CloudBuilder): Values {
  const known = DESCRIBED.filter((name) => !holdsUnknownOutput(JSON.stringify(resource.inputs[name] ?? "")));
  const reason = "it holds what only AWS knows, so that DescribeSecret leaves it out";
  const unknown = DESCRIBED.filter((name) => !known.includes(name));
  cloud.nameUnserved(
    resource,
    unknown.map((property) => ({ property, reason, guards: false })),
  );
  return Object.fromEntries(known.map((name) => [name, resource.inputs[name]]));
}

/** Of the name alone, so that whoever knows the name knows the ARN; AWS's last six characters are random. */
export const secretArn = (name: string, account: Account): string =>
  arnOf(account, "secretsmanager", `secret:${name}-${stableId(`${account.region} ${name}`, 6, "mixed")}`);
