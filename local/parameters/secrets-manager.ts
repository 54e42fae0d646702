/**
 * Reading from Secrets Manager
 * (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html, API_DescribeSecret.html).
 */
import type { SecretModel, SecretVersionModel } from "../model.ts";
import type { Members } from "./members.ts";
import { invalid, notServed, Refusal } from "./refusal.ts";

const CURRENT = "AWSCURRENT";

const notFound = (Message: string, reason?: string): Refusal =>
  new Refusal("ResourceNotFoundException", { Message }, reason);

export class SecretsManager {
  readonly #secrets: readonly SecretModel[];
  /** Milliseconds since the epoch */
  readonly #changedAt: number;

  constructor(secrets: readonly SecretModel[], { changedAt }: { changedAt: number }) {
    this.#secrets = secrets;
    this.#changedAt = changedAt;
  }

  /** @throws Refusal */
  perform(operation: string, request: Members, region: string): object {
    switch (operation) {
      case "GetSecretValue":
        return this.#value(request, region);
      case "DescribeSecret":
        return this.#description(request, region);
      default:
        throw notServed(
          `${operation} is not served by the local cloud: secrets are read here, and the program says what they are.`,
        );
    }
  }

  #value(request: Members, region: string): object {
    const secret = this.#find(request.requiredText("SecretId"), region);
    const { name, arn } = secret;
    const version = wantedVersion(secret, request.text("VersionId"), request.text("VersionStage"));
    if (secret.hasPolicy) {
      throw new Refusal("AccessDeniedException", {
        Message: `The secret ${name} has a resource policy, which the local cloud does not look at: nobody may read its value here.`,
      });
    }
    if (version.value === undefined) {
      throw invalid(
        `The secret ${name} has no value in the local cloud: the program gives none, or one that only AWS knows.`,
      );
    }
    return {
      ARN: arn,
      CreatedDate: this.#changedAt / 1000,
      Name: name,
      ...("text" in version.value ? { SecretString: version.value.text } : { SecretBinary: version.value.base64 }),
      VersionId: version.id,
      VersionStages: version.stages,
    };
  }

  #description(request: Members, region: string): object {
    const { name, arn, description, kmsKeyId, tags, versions } = this.#find(request.requiredText("SecretId"), region);
    const staged = versions.filter(({ stages }) => stages.length > 0);
    return {
      ARN: arn,
      CreatedDate: this.#changedAt / 1000,
      ...(description !== undefined && { Description: description }),
      ...(kmsKeyId !== undefined && { KmsKeyId: kmsKeyId }),
      LastChangedDate: this.#changedAt / 1000,
      Name: name,
      ...(Object.keys(tags).length > 0 && {
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value: String(Value) })),
      }),
      ...(staged.length > 0 && {
        VersionIdsToStages: Object.fromEntries(staged.map(({ id, stages }) => [id, stages])),
      }),
    };
  }

  /** By name, ARN, or ARN without the hyphen and six characters at its end. @throws Refusal */
  #find(id: string, region: string): SecretModel {
    const own = this.#secrets.filter((secret) => secret.region === region);
    const isWhole = /-[A-Za-z0-9]{6}$/.test(id);
    const found = own.find(({ name, arn }) =>
      id.startsWith("arn:") ? arn === id || (!isWhole && arn.slice(0, -7) === id) : name === id,
    );
    if (found) return found;
    const message = "Secrets Manager can't find the specified secret.";
    const there = own.map(({ name }) => name).join(", ") || "none";
    throw notFound(message, `${message} It is ${id}; the program declares ${there} in ${region}.`);
  }
}

/** @throws Refusal */
function wantedVersion(
  { versions }: SecretModel,
  id: string | undefined,
  stage: string | undefined,
): SecretVersionModel {
  if (id !== undefined) {
    const found = versions.find((version) => version.id === id && version.stages.length > 0);
    if (!found) throw notFound(`Secrets Manager can't find the specified secret value for VersionId: ${id}`);
    if (stage !== undefined && !found.stages.includes(stage)) {
      throw new Refusal("InvalidRequestException", {
        Message: "You provided a VersionStage that is not associated to the provided VersionId.",
      });
    }
    return found;
  }
  const wanted = stage ?? CURRENT;
  const found = versions.find(({ stages }) => stages.includes(wanted));
  if (!found) throw notFound(`Secrets Manager can't find the specified secret value for staging label: ${wanted}`);
  return found;
}
