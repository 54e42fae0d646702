/**
 * aws:cognito/riskConfiguration:RiskConfiguration: what threat protection does about a sign-in that it rates as risky.
 * Nothing is rated here. Where the answer to a risk is to block or to challenge, a sign-in that AWS would keep out could
 * not be told from one that it would let in, so all of the pool's (or client's) are refused.
 */
import type { cognito } from "@pulumi/aws";
import type { Values } from "../../engine/values.ts";
import { notServed, served, withoutEffect } from "../contract.ts";
import { list, map, resourceType, text } from "../resource-type.ts";

const ACTION = notServed(
  "sign-ins are not rated here, so every one is refused; leave the action out of a local stack",
  {
    guards: true,
    unless: ["NO_ACTION"],
  },
);
const NOTICE = withoutEffect("no sign-in is rated, so nobody is told of one");
const MAIL = { parts: { htmlBody: NOTICE, subject: NOTICE, textBody: NOTICE } };
const ACTIONS = { parts: { eventAction: ACTION, notify: NOTICE } };

export const riskConfiguration = resourceType<cognito.RiskConfiguration, cognito.RiskConfigurationArgs>(
  "aws:cognito/riskConfiguration:RiskConfiguration",
  {
    inputs: {
      accountTakeoverRiskConfiguration: {
        parts: {
          actions: { parts: { highAction: ACTIONS, lowAction: ACTIONS, mediumAction: ACTIONS } },
          notifyConfiguration: {
            parts: {
              blockEmail: MAIL,
              from: NOTICE,
              mfaEmail: MAIL,
              noActionEmail: MAIL,
              replyTo: NOTICE,
              sourceArn: NOTICE,
            },
          },
        },
      },
      clientId: served,
      compromisedCredentialsRiskConfiguration: {
        parts: { actions: { parts: { eventAction: ACTION } }, eventFilters: NOTICE },
      },
      region: served,
      riskExceptionConfiguration: {
        parts: {
          blockedIpRangeLists: notServed("the caller's address is always this machine's, so every sign-in is refused", {
            guards: true,
          }),
          skippedIpRangeLists: NOTICE,
        },
      },
      userPoolId: served,
    },
    create({ inputs }) {
      const { userPoolId, clientId } = inputs;
      return {
        id: clientId ? `${userPoolId}:${clientId}` : `${userPoolId}`,
        outputs: {},
      };
    },
    declare(resource, cloud) {
      if (!acts(resource.inputs)) return;
      cloud
        .userPool(resource.inputs.userPoolId, resource)
        .riskActions.push({ clientId: text(resource.inputs.clientId) || undefined });
    },
  },
);

function acts(inputs: Values): boolean {
  const takeover = map<Values>(map<unknown>(inputs.accountTakeoverRiskConfiguration).actions);
  const compromised = map<unknown>(map<unknown>(inputs.compromisedCredentialsRiskConfiguration).actions);
  const blocked = list(map<unknown>(inputs.riskExceptionConfiguration).blockedIpRangeLists);
  const actions = [
    ...Object.values(takeover).map((action) => map<unknown>(action).eventAction),
    compromised.eventAction,
  ];
  return blocked.length > 0 || actions.some((action) => action !== undefined && action !== "NO_ACTION");
}
