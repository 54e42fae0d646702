/** aws:secretsmanager/secretVersion:SecretVersion: a value of a secret (PutSecretValue). */
import { createHash } from "node:crypto";
import type { secretsmanager } from "@pulumi/aws";
import type { SecretVersionModel } from "../../model.ts";
import { served, withoutEffect } from "../contract.ts";
import { list, resourceType, text } from "../resource-type.ts";
import { secretArn } from "./secret.ts";
import { knownValue } from "./value.ts";

const VALUES = ["secretString", "secretBinary", "secretStringWo"];
const CURRENT = "AWSCURRENT";
const PREVIOUS = "AWSPREVIOUS";

export const secretVersion = resourceType<secretsmanager.SecretVersion, secretsmanager.SecretVersionArgs>(
  "aws:secretsmanager/secretVersion:SecretVersion",
  {
    inputs: {
      region: served,
      secretBinary: served,
      secretId: served,
      secretString: served,
      secretStringWo: served,
      secretStringWoVersion: withoutEffect("a value is read anew at every evaluation"),
      versionStages: served,
    },
    withoutUnknown: [...VALUES, "secretId"],

    create({ inputs, urn }, account) {
      const secretId = text(inputs.secretId) ?? "";
      const arn = secretId.startsWith("arn:") ? secretId : secretArn(secretId, account);
      const versionId = uuidOf(urn);
      const wanted = list(inputs.versionStages).map(String);
      return {
        id: `${arn}|${versionId}`,
        outputs: {
          arn,
          secretArn: arn,
          versionId,
          versionStages: wanted.length > 0 ? wanted : [CURRENT],
          hasSecretStringWo: text(inputs.secretStringWo) !== undefined,
        },
      };
    },

    declare(resource, cloud) {
      const { type, name, outputs } = resource;
      cloud.atTheEnd(resource, () => {
        const owner = cloud.model.secrets.find(({ arn }) => arn === outputs.arn);
        if (!owner) {
          cloud.unserved.push({ type, name, reason: "it belongs to a secret that the program does not declare" });
          return;
        }
        const known = knownValue(resource, VALUES, cloud);
        put(owner.versions, {
          id: String(outputs.versionId),
          stages: list(outputs.versionStages).map(String),
          value: known && (known.name === "secretBinary" ? { base64: known.value } : { text: known.value }),
        });
      });
    },
  },
);

/**
 * A staging label is on one version at most: it moves to the new one, `AWSPREVIOUS` to the version that was current, and the
 * first version is current in any case (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html).
 */
function put(versions: SecretVersionModel[], version: SecretVersionModel): void {
  if (versions.length === 0 && !version.stages.includes(CURRENT)) version.stages.push(CURRENT);
  const former = versions.find(({ stages }) => stages.includes(CURRENT));
  const becomesPrevious = version.stages.includes(CURRENT) && !version.stages.includes(PREVIOUS) ? former : undefined;
  const moved = new Set([...version.stages, ...(becomesPrevious ? [PREVIOUS] : [])]);
  for (const other of versions) other.stages = other.stages.filter((stage) => !moved.has(stage));
  becomesPrevious?.stages.push(PREVIOUS);
  versions.push(version);
}

function uuidOf(urn: string): string {
  const hex = createHash("sha256").update(`secret version ${urn}`).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}
