/**
 * A pool's plan and its hosted UI change one after the other: managed login needs ESSENTIALS or more
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html). Pulumi updates in the order
 * of dependencies, the pool before its domain. `Cognito` below refuses what Cognito refuses.
 */
import { deepEqual, throws } from "node:assert/strict";
import { type Evaluation, evaluateStack, type Wire } from "./support/evaluate.ts";

const types = {
  pool: "aws:cognito/userPool:UserPool",
  domain: "aws:cognito/userPoolDomain:UserPoolDomain",
  branding: "aws:cognito/managedLoginBranding:ManagedLoginBranding",
};

class Cognito {
  tier = "ESSENTIALS";
  managedLoginVersion = 1;
  branded = false;

  /** One `pulumi up`. @throws the first refusal, and nothing after it is done */
  up({ resources }: Evaluation) {
    for (const { type, inputs } of resources) this.#apply(type, inputs);
    this.branded &&= resources.some(({ type }) => type === types.branding);
    return [this.tier, this.managedLoginVersion, this.branded];
  }

  #apply(type: string, inputs: Wire) {
    if (type === types.pool) {
      this.#refuseManagedLoginOnLite(inputs.userPoolTier, this.managedLoginVersion);
      this.tier = inputs.userPoolTier;
    }
    if (type === types.domain) {
      this.#refuseManagedLoginOnLite(this.tier, inputs.managedLoginVersion);
      this.managedLoginVersion = inputs.managedLoginVersion;
    }
    if (type === types.branding) {
      this.#refuseManagedLoginOnLite(this.tier, 2);
      this.branded = true;
    }
  }

  #refuseManagedLoginOnLite(tier: string, version: number) {
    if (tier === "LITE" && version === 2) throw new Error("FeatureUnavailableInTierException");
  }
}

describe("a change of the pool's plan", () => {
  const managed = { tier: "ESSENTIALS", hostedUi: "managed" };
  const between = { tier: "ESSENTIALS", hostedUi: "classic" };
  const lite = { tier: "LITE", hostedUi: "classic" };

  it("up from LITE to managed login is one `up`", async () => {
    const cognito = new Cognito();
    deepEqual(cognito.up(await evaluateStack("dev", lite)), ["LITE", 1, false]);
    deepEqual(cognito.up(await evaluateStack("dev", managed)), ["ESSENTIALS", 2, true]);
  });

  it("down to LITE is two, the classic pages first, as docs/operations.md says", async () => {
    const cognito = new Cognito();
    cognito.up(await evaluateStack("dev", managed));
    deepEqual(cognito.up(await evaluateStack("dev", between)), ["ESSENTIALS", 1, false]);
    deepEqual(cognito.up(await evaluateStack("dev", lite)), ["LITE", 1, false]);
  });

  it("down to LITE at once would be refused, and would change nothing", async () => {
    const cognito = new Cognito();
    cognito.up(await evaluateStack("dev", managed));
    const stack = await evaluateStack("dev", lite);
    throws(() => cognito.up(stack), /FeatureUnavailableInTierException/);
    deepEqual([cognito.tier, cognito.managedLoginVersion, cognito.branded], ["ESSENTIALS", 2, true]);
  });
});
