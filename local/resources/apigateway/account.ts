/** aws:apigateway/account:Account: what all APIs of an account share in a region (UpdateAccount). */
import type { apigateway } from "@pulumi/aws";
import { served, withoutEffect } from "../contract.ts";
import { resourceType } from "../resource-type.ts";

export const account = resourceType<apigateway.Account, apigateway.AccountArgs>("aws:apigateway/account:Account", {
  inputs: {
    cloudwatchRoleArn: withoutEffect("logs need no role here"),
    region: served,
  },

  create: () => ({
    id: "api-gateway-account",
    outputs: {
      apiKeyVersion: "4",
      features: ["UsagePlans"],
      throttleSettings: [{ burstLimit: 5000, rateLimit: 10000 }],
    },
  }),
});
