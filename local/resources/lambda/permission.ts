/** aws:lambda/permission:Permission: who may invoke a function, one of its versions or aliases (AddPermission). */
import type { lambda } from "@pulumi/aws";
import { notServed, served, withoutEffect } from "../contract.ts";
import { flag, resourceType, stableId, text } from "../resource-type.ts";
import { unseenByCallers } from "./because.ts";
import { arnOfFunction, qualified } from "./function-arn.ts";

const API_GATEWAY = "apigateway.amazonaws.com";

export const permission = resourceType<lambda.Permission, lambda.PermissionArgs>("aws:lambda/permission:Permission", {
  inputs: {
    action: served,
    eventSourceToken: notServed("nothing here sends a token"),
    function: served,
    functionUrlAuthType: withoutEffect(
      "the provider lets everybody call a URL with NONE, and to one with AWS_IAM each caller here is of its account",
    ),
    invokedViaFunctionUrl: served,
    principal: served,
    principalOrgId: served,
    qualifier: served,
    region: served,
    sourceAccount: served,
    sourceArn: served,
    statementId: unseenByCallers,
    statementIdPrefix: unseenByCallers,
  },

  create({ urn, inputs }) {
    const prefix = text(inputs.statementIdPrefix) ?? "terraform-";
    const statementId = text(inputs.statementId) ?? `${prefix}${stableId(urn, 26)}`;
    return { id: statementId, outputs: { statementId } };
  },

  declare(resource, cloud) {
    const { inputs } = resource;
    if (!letsInvoke(text(inputs.action) ?? "")) return;
    // A service that invokes a function belongs to no organization, and does not use the function's URL.
    if (inputs.principalOrgId || flag(inputs.invokedViaFunctionUrl)) return;
    const sourceAccount = text(inputs.sourceAccount);
    if (sourceAccount !== undefined && sourceAccount !== cloud.model.accountId) return;
    cloud.atTheEnd(resource, () => {
      const functionArn = qualified(arnOfFunction(cloud, String(inputs.function)), text(inputs.qualifier));
      const principal = text(inputs.principal) ?? "";
      const sourceArn = text(inputs.sourceArn);
      cloud.model.functionPermissions.push({ functionArn, principal, sourceArn, sourceAccount });
      if (principal === API_GATEWAY || principal === "*") {
        for (const api of cloud.model.restApis) api.invokePermissions.push({ functionArn, sourceArn });
      }
    });
  },
});

const letsInvoke = (action: string): boolean =>
  ["lambda:invokefunction", "lambda:*", "*"].includes(action.toLowerCase());
