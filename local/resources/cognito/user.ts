/** aws:cognito/user:User: a user whom the program itself makes (AdminCreateUser, AdminSetUserPassword). */
import type { cognito } from "@pulumi/aws";
import { STANDARD_ATTRIBUTES } from "../../standard-attributes.ts";
import { notServed, served, withoutEffect } from "../contract.ts";
import { few } from "../few.ts";
import { flag, list, map, resourceType, stableId, text } from "../resource-type.ts";

const STANDARD = new Set(STANDARD_ATTRIBUTES.map(({ name }) => name));

/** The provider sends what is not a standard attribute with the prefix of custom ones, which its documents leave out. */
const sentName = (name: string): string => (STANDARD.has(name) || name.startsWith("custom:") ? name : `custom:${name}`);

export const user = resourceType<cognito.User, cognito.UserArgs>("aws:cognito/user:User", {
  inputs: {
    attributes: served,
    clientMetadata: withoutEffect("only triggers see it, and they are not called for a user that the program declares"),
    desiredDeliveryMediums: served,
    enabled: served,
    forceAliasCreation: notServed("an alias that somebody else has is refused, not taken over"),
    messageAction: served,
    password: served,
    region: served,
    temporaryPassword: served,
    userPoolId: served,
    username: served,
    validationData: withoutEffect("only triggers see it, and they are not called for a user that the program declares"),
  },
  create({ urn, inputs }) {
    const digits = stableId(`${urn}#sub`, 64).replace(/[^0-9a-f]/g, "0");
    const sub = digits.replace(/^(.{8})(.{4}).(.{3})(.{4})(.{12}).*$/, "$1-$2-7$3-$4-$5");
    return {
      id: `${inputs.userPoolId}/${inputs.username}`,
      outputs: {
        sub,
        status: inputs.password ? "CONFIRMED" : "FORCE_CHANGE_PASSWORD",
        creationDate: new Date(0).toISOString(),
        lastModifiedDate: new Date(0).toISOString(),
        mfaSettingLists: [],
        preferredMfaSetting: "",
      },
    };
  },
  declare(resource, cloud) {
    const { inputs } = resource;
    const media = list<"EMAIL" | "SMS">(inputs.desiredDeliveryMediums);
    const pool = cloud.userPool(inputs.userPoolId, resource);
    if (pool.triggers.preSignUp)
      cloud.warnOfEach(
        `pre sign-up of ${pool.name}`,
        `"${inputs.username}"`,
        (names) =>
          `The pre sign-up function of "${pool.name}" is not asked about users that the program declares (${few(names)}); on AWS it is, and may refuse them.`,
      );
    pool.users.push({
      username: inputs.username as string,
      sub: resource.outputs.sub as string,
      attributes: Object.fromEntries(
        Object.entries(map<string>(inputs.attributes)).map(([name, value]) => [sentName(name), value]),
      ),
      invitation: inputs.messageAction === "SUPPRESS" ? "SUPPRESS" : media.length > 0 ? media : ["SMS"],
      password: text(inputs.password),
      temporaryPassword: text(inputs.temporaryPassword),
      enabled: flag(inputs.enabled, true),
      groups: [],
    });
  },
});
