/** aws:cognito/userPoolUICustomization:UserPoolUICustomization: the look of the classic hosted UI (SetUICustomization). */
import type { cognito } from "@pulumi/aws";
import { notServed, served } from "../contract.ts";
import { resourceType, stableId, text } from "../resource-type.ts";

const PLAIN = notServed("the pages keep one look of their own");

export const userPoolUICustomization = resourceType<
  cognito.UserPoolUICustomization,
  cognito.UserPoolUICustomizationArgs
>("aws:cognito/userPoolUICustomization:UserPoolUICustomization", {
  inputs: { clientId: served, css: PLAIN, imageFile: PLAIN, region: served, userPoolId: served },
  create({ urn, inputs }) {
    const clientId = text(inputs.clientId) ?? "ALL";
    const now = new Date(0).toISOString();
    return {
      id: `${inputs.userPoolId},${clientId}`,
      outputs: {
        clientId,
        creationDate: now,
        lastModifiedDate: now,
        cssVersion: "19700101000000",
        imageUrl: inputs.imageFile
          ? `https://${stableId(urn, 14)}.cloudfront.net/${inputs.userPoolId}/${clientId}/19700101000000/assets/images/image.jpg`
          : "",
      },
    };
  },
});
