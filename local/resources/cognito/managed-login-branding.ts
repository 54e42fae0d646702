/** aws:cognito/managedLoginBranding:ManagedLoginBranding: the style without which managed login shows no page. */
import type { cognito } from "@pulumi/aws";
import { notServed, served, withoutEffect } from "../contract.ts";
import { flag, resourceType, stableId, text } from "../resource-type.ts";

const PLAIN = "the pages keep one look of their own";
const ASSET = withoutEffect("it belongs to the picture");

export const managedLoginBranding = resourceType<cognito.ManagedLoginBranding, cognito.ManagedLoginBrandingArgs>(
  "aws:cognito/managedLoginBranding:ManagedLoginBranding",
  {
    inputs: {
      assets: {
        parts: {
          bytes: notServed(PLAIN),
          category: ASSET,
          colorMode: ASSET,
          extension: ASSET,
          resourceId: notServed(PLAIN),
        },
      },
      clientId: served,
      region: served,
      settings: notServed(PLAIN),
      useCognitoProvidedValues: withoutEffect("the pages keep one look of their own, whichever style there is"),
      userPoolId: served,
    },
    create({ urn, inputs }) {
      const id = stableId(urn, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
      return {
        id: `${inputs.userPoolId},${id}`,
        outputs: {
          managedLoginBrandingId: id,
          useCognitoProvidedValues: flag(inputs.useCognitoProvidedValues),
          settingsAll: text(inputs.settings) ?? "{}",
        },
      };
    },
    declare(resource, cloud) {
      cloud.atTheEnd(resource, () => {
        const pool = cloud.userPool(resource.inputs.userPoolId, resource);
        for (const client of pool.clients) if (client.id === resource.inputs.clientId) client.branded = true;
      });
    },
  },
);
