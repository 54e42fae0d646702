/** Where threat protection would decide who is let in, nobody is: it does not run here, and the refusal says so. */
import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-cognito-identity-provider";
import { ClientId, newPassword, signIn, signUpAndConfirm, UserPoolId, withPool } from "./api-calls.ts";

const Username = "ada@example.com";

describe("threat protection that blocks or challenges", () => {
  it("refuses the sign-ins of the pool, or of the clients that it is set for", async () => {
    for (const [clientId, refused] of [
      [undefined, true],
      [ClientId, true],
      ["another", false],
    ] as const)
      await withPool({ riskActions: [{ clientId }] }, async (cloud, aws) => {
        await signUpAndConfirm(cloud, aws, Username);
        if (refused) await assert.rejects(signIn(aws, Username), { name: "InvalidUserPoolConfigurationException" });
        else assert.ok((await signIn(aws, Username)).AccessToken);
        // What is not a sign-in goes on.
        await aws.send(new sdk.AdminSetUserPasswordCommand({ UserPoolId, Username, Password: newPassword }));
      });
  });
});
