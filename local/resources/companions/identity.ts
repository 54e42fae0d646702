/** IAM, KMS, Systems Manager parameters, Secrets Manager and identity pools. */
import { secretArn } from "../parameters/secret.ts";
import type { Companion, Companions } from "./companion.ts";

/** @param kind as in the ARN; `prefix` of its unique id (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html) */
const principal =
  (kind: string, prefix: string, idOutput = "uniqueId"): Companion =>
  (made) => {
    const name = made.name();
    const path = made.text("path") ?? "/";
    return {
      outputs: {
        ...{ name, path, [idOutput]: `${prefix}${made.upper(17)}`, createDate: made.createdAt },
        arn: made.globalArn("iam", `${kind}${path}${name}`),
      },
    };
  };

/** What is so of a role that was made without them; one that exists may have any. */
const NEW_ROLE = { inlinePolicies: [], managedPolicyArns: [], maxSessionDuration: 3600, forceDetachPolicies: false };

const role: Companion = (made) => {
  const { outputs } = principal("role", "AROA")(made);
  return { outputs: made.existing === undefined ? { ...NEW_ROLE, ...made.inputs, ...outputs } : outputs };
};

const attachment =
  (owner: string): Companion =>
  (made) => ({ id: made.existing ?? `${made.text(owner) ?? ""}-${made.lower(26)}`, outputs: {} });

const inline =
  (owner: string): Companion =>
  (made) => {
    const name = made.name();
    return { id: made.existing ?? `${made.text(owner) ?? ""}:${name}`, outputs: { name } };
  };

const key: Companion = (made) => {
  const keyId = made.existing?.split("/").at(-1) ?? made.uuid();
  return { id: keyId, outputs: { keyId, arn: made.arn("kms", `key/${keyId}`) } };
};

export const identity: Companions = {
  "aws:iam/role:Role": role,
  "aws:iam/user:User": principal("user", "AIDA"),
  "aws:iam/group:Group": principal("group", "AGPA"),
  "aws:iam/instanceProfile:InstanceProfile": principal("instance-profile", "AIPA"),
  "aws:iam/policy:Policy": (made) => {
    const { outputs } = principal("policy", "ANPA", "policyId")(made);
    return { id: outputs.arn as string, outputs: { ...outputs, attachmentCount: 0 } };
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": attachment("role"),
  "aws:iam/userPolicyAttachment:UserPolicyAttachment": attachment("user"),
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": attachment("group"),
  "aws:iam/rolePolicy:RolePolicy": inline("role"),
  "aws:iam/userPolicy:UserPolicy": inline("user"),
  "aws:iam/groupPolicy:GroupPolicy": inline("group"),
  "aws:iam/accessKey:AccessKey": (made) => {
    const id = made.existing ?? `AKIALOCAL${made.upper(11)}`;
    return {
      id,
      outputs: {
        ...{ secret: made.hex(40, "secret"), status: made.text("status") ?? "Active", createDate: made.createdAt },
        sesSmtpPasswordV4: made.hex(44, "smtp"),
      },
    };
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (made) => {
    const url = (made.text("url") ?? "").replace(/^https:\/\//, "");
    const arn = made.globalArn("iam", `oidc-provider/${url}`);
    return { id: arn, outputs: { arn, url } };
  },
  "aws:iam/samlProvider:SamlProvider": (made) => {
    const name = made.name();
    const arn = made.globalArn("iam", `saml-provider/${name}`);
    return { id: arn, outputs: { name, arn } };
  },
  "aws:kms/key:Key": key,
  "aws:kms/replicaKey:ReplicaKey": key,
  "aws:kms/alias:Alias": (made) => {
    const name = made.existing ?? made.text("name") ?? `alias/${made.name()}`;
    const target = made.text("targetKeyId") ?? "";
    const targetKeyId = target.split("/").at(-1)!;
    const targetKeyArn = target.startsWith("arn:") ? target : made.arn("kms", `key/${targetKeyId}`);
    return { id: name, outputs: { name, arn: made.arn("kms", name), targetKeyArn, targetKeyId } };
  },
  // The next three are served where the program declares them; here is what is looked up.
  "aws:ssm/parameter:Parameter": (made) => {
    const name = made.existing ?? made.name();
    const arn = made.arn("ssm", `parameter${name.startsWith("/") ? "" : "/"}${name}`);
    return {
      id: name,
      outputs: { name, arn, version: 1, dataType: made.text("dataType") ?? "text", tier: "Standard" },
    };
  },
  "aws:secretsmanager/secret:Secret": (made) => {
    const name =
      made.existing
        ?.split(":")
        .at(-1)
        ?.replace(/-\w{6}$/, "") ?? made.name();
    const arn = made.existing?.startsWith("arn:") ? made.existing : secretArn(name, made.account);
    return { id: arn, outputs: { name, arn, policy: "" } };
  },
  "aws:secretsmanager/secretVersion:SecretVersion": (made) => {
    const secret = made.text("secretId") ?? made.existing?.split("|")[0] ?? "";
    const versionId = made.uuid();
    return {
      id: made.existing ?? `${secret}|${versionId}`,
      outputs: { arn: secret, versionId, versionStages: ["AWSCURRENT"], hasSecretStringWo: false },
    };
  },
  "aws:cognito/identityPool:IdentityPool": (made) => {
    const id = made.existing ?? `${made.region}:${made.uuid()}`;
    return { id, outputs: { arn: made.arn("cognito-identity", `identitypool/${id}`) } };
  },
};
