/** People of external providers and the pool's own: links between them, and the triggers that they go through. */
import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-cognito-identity-provider";
import type { TriggerName } from "../../../local/model.ts";
import { redirectParameters } from "../../support/form-browser.ts";
import { apiClient, ClientId, newPassword, refusal, signUpAndConfirm, UserPoolId } from "./api-calls.ts";
import {
  appClient,
  authorizeUrl,
  callback,
  decode,
  password,
  type RunningCognito,
  startCognito,
  userPool,
} from "./harness.ts";
import { type CraftedProvider, providerModel, startCraftedProvider } from "./openid-providers.ts";
import { type Event, same, sources, triggersOf } from "./trigger-functions.ts";

type HandlerWithClient = (event: Event, aws: sdk.CognitoIdentityProviderClient) => unknown;

interface Running {
  cloud: RunningCognito;
  aws: sdk.CognitoIdentityProviderClient;
  provider: CraftedProvider;
  events: Event[];
  /** Through the provider, to the application. @returns what is in its address */
  signIn(): Promise<Record<string, string>>;
}

async function withCorp(
  handlers: Partial<Record<TriggerName, HandlerWithClient>>,
  work: (running: Running) => Promise<void>,
) {
  const provider = await startCraftedProvider();
  const bound = Object.entries(handlers).map(([name, handler]) => [name, (event: Event) => handler(event, aws)]);
  const { triggers, functions, events } = triggersOf(Object.fromEntries(bound), { permitted: userPool().arn });
  const mapping = { username: "sub", email: "email", name: "name" };
  const model = userPool({
    clients: [appClient({ identityProviders: ["COGNITO", "Corp"], hideUserExistence: false })],
    identityProviders: [providerModel(provider.issuer, { attributeMapping: mapping })],
    triggers,
  });
  const cloud = await startCognito([model], undefined, functions);
  const aws = apiClient(cloud);
  try {
    await work({
      ...{ cloud, aws, provider, events },
      async signIn() {
        const page = await cloud
          .browser()
          .open(authorizeUrl(cloud, { identity_provider: "Corp" }), (url) => !url.startsWith(callback));
        return redirectParameters(page.location);
      },
    });
  } finally {
    aws.destroy();
    await cloud.close();
    await provider.close();
  }
}

const link = (destination: string, subject = "u-1", ProviderName = "Corp") =>
  new sdk.AdminLinkProviderForUserCommand({
    UserPoolId,
    DestinationUser: { ProviderName: "Cognito", ProviderAttributeValue: destination },
    SourceUser: { ProviderName, ProviderAttributeName: "Cognito_Subject", ProviderAttributeValue: subject },
  });

describe("the triggers of people who come from a provider", () => {
  it("[C.4] are pre sign-up, post confirmation and the tokens' at first, the authentication's and the tokens' from then on", () =>
    withCorp(
      {
        preSignUp: same,
        postConfirmation: same,
        preAuthentication: same,
        postAuthentication: same,
        preTokenGeneration: same,
      },
      async ({ events, cloud, signIn }) => {
        await signIn();
        const [user] = cloud.service.users(UserPoolId);
        const { sub, attributes } = user!;
        const common = {
          version: "1",
          region: "us-east-1",
          userPoolId: UserPoolId,
          userName: "corp_u-1",
          callerContext: { awsSdkVersion: "aws-sdk-unknown-unknown", clientId: ClientId },
        };
        const said = { email: "u1@example.com", name: "U. One", email_verified: "false" };
        const known = {
          ...said,
          sub,
          "cognito:user_status": "EXTERNAL_PROVIDER",
          identities: attributes.identities,
        };
        assert.deepEqual(events.slice(0, 2), [
          {
            ...common,
            triggerSource: "PreSignUp_ExternalProvider",
            request: {
              userAttributes: { ...said, "cognito:email_alias": "", "cognito:phone_number_alias": "" },
              validationData: {},
            },
            response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
          },
          {
            ...common,
            triggerSource: "PostConfirmation_ConfirmSignUp",
            request: { userAttributes: known },
            response: {},
          },
        ]);
        assert.deepEqual(sources(events.splice(0)), [
          "PreSignUp_ExternalProvider",
          "PostConfirmation_ConfirmSignUp",
          "TokenGeneration_HostedAuth",
        ]);
        await signIn();
        assert.deepEqual(events[0].request, { userAttributes: known, validationData: {} });
        assert.deepEqual(events.at(-1).request.groupConfiguration.groupsToOverride, [`${UserPoolId}_Corp`]);
        assert.deepEqual(sources(events), [
          "PreAuthentication_Authentication",
          "PostAuthentication_Authentication",
          "TokenGeneration_HostedAuth",
        ]);
      },
    ));

  it("[C.4] refuse in their own words, which the application reads; nobody is made before pre sign-up has answered", () =>
    withCorp(
      {
        preSignUp() {
          throw new Error("Only colleagues");
        },
      },
      async ({ cloud, signIn }) => {
        assert.deepEqual(await signIn(), {
          error: "invalid_request",
          error_description: "PreSignUp failed with error Only colleagues. ",
          state: "s-1",
        });
        assert.deepEqual(cloud.service.users(UserPoolId), []);
      },
    ));

  it("[C.4] of tokens refuse in the same way", () =>
    withCorp(
      {
        preTokenGeneration() {
          throw new Error("no tenant");
        },
      },
      async ({ signIn }) => {
        const { error, error_description } = await signIn();
        assert.deepEqual(
          [error, error_description],
          ["invalid_request", "PreTokenGeneration failed with error no tenant. "],
        );
      },
    ));

  it("may verify an address, and confirm nobody: the user stays the provider's", () =>
    withCorp(
      {
        preSignUp(event) {
          event.response = { autoConfirmUser: true, autoVerifyEmail: true, autoVerifyPhone: true };
          return event;
        },
      },
      async ({ cloud, signIn }) => {
        await signIn();
        const [user] = cloud.service.users(UserPoolId);
        assert.deepEqual([user!.status, user!.attributes.email_verified], ["EXTERNAL_PROVIDER", "true"]);
        assert.equal("phone_number_verified" in user!.attributes, false);
      },
    ));

  it("[C.4] may link the person to a user of the pool at the first sign-in, and the person is that user at once", () =>
    withCorp(
      {
        async preSignUp(event, aws) {
          if (event.triggerSource !== "PreSignUp_ExternalProvider") return event;
          const { email } = event.request.userAttributes;
          const found = await aws.send(new sdk.ListUsersCommand({ UserPoolId, Filter: `email = "${email}"` }));
          await aws.send(link(found.Users![0]!.Username!));
          return event;
        },
        postConfirmation: same,
      },
      async ({ cloud, aws, events, signIn }) => {
        const sub = await signUpAndConfirm(cloud, aws, "u1@example.com");
        events.splice(0);
        assert.equal(decode((await signIn()).id_token).claims.sub, sub);
        assert.equal(cloud.service.users(UserPoolId).length, 1);
        assert.deepEqual(sources(events), ["PreSignUp_ExternalProvider"]);
      },
    ));
});

describe("AdminLinkProviderForUser", () => {
  it("[C.3] makes somebody at a provider a user of the pool, who goes on signing in with the password too", () =>
    withCorp({}, async ({ cloud, aws, signIn }) => {
      const sub = await signUpAndConfirm(cloud, aws, "ada@example.com");
      await aws.send(link(sub));
      const { claims } = decode((await signIn()).id_token);
      assert.deepEqual([claims.sub, claims["cognito:username"], claims["cognito:groups"]], [sub, sub, undefined]);
      const [identity] = claims.identities as Record<string, string>[];
      assert.deepEqual([identity!.userId, identity!.providerName, identity!.primary], ["u-1", "Corp", "false"]);
      const [user, ...others] = cloud.service.users(UserPoolId);
      assert.deepEqual([user!.status, others], ["CONFIRMED", []]);
      assert.equal(user!.attributes.email, "u1@example.com", "the provider's word replaces the user's");
      const { AuthenticationResult } = await aws.send(
        new sdk.InitiateAuthCommand({
          ClientId,
          AuthFlow: "USER_PASSWORD_AUTH",
          AuthParameters: { USERNAME: "u1@example.com", PASSWORD: password },
        }),
      );
      assert.ok(AuthenticationResult?.AccessToken);
    }));

  it("[C.3] refuses somebody who has signed in before, who is linked, a provider that the pool lacks, and a sixth", () =>
    withCorp({}, async ({ cloud, aws, provider, signIn }) => {
      const ada = await signUpAndConfirm(cloud, aws, "ada@example.com");
      const bob = await signUpAndConfirm(cloud, aws, "bob@example.com");
      await signIn();
      await assert.rejects(
        aws.send(link(ada)),
        refusal(
          "InvalidParameterException",
          "Merging is not currently supported, provide a SourceUser that has not been signed up in order to link",
        ),
      );
      await aws.send(link(ada, "u-2"));
      await assert.rejects(
        aws.send(link(ada, "u-2")),
        refusal("InvalidParameterException", "SourceUser is already linked to DestinationUser"),
      );
      await assert.rejects(aws.send(link(bob, "u-2")), { name: "AliasExistsException" });
      await assert.rejects(aws.send(link(bob, "u-3", "Okta")), { name: "ResourceNotFoundException" });
      await assert.rejects(aws.send(link("nobody@example.com", "u-3")), { name: "UserNotFoundException" });
      for (const subject of ["u-4", "u-5", "u-6", "u-7"]) await aws.send(link(ada, subject));
      await assert.rejects(aws.send(link(ada, "u-8")), { name: "LimitExceededException" });
      // The subjects are told apart to the letter.
      provider.craft = { claims: { sub: "U-2" }, userInfo: { sub: "U-2" } };
      const { claims } = decode((await signIn()).id_token);
      assert.notEqual(claims.sub, ada);
    }));
});

describe("AdminDisableProviderForUser", () => {
  const disable = (ProviderName: string, ProviderAttributeValue: string) =>
    new sdk.AdminDisableProviderForUserCommand({
      UserPoolId,
      User: { ProviderName, ProviderAttributeName: "Cognito_Subject", ProviderAttributeValue },
    });

  it("[C.3] takes a link away: whoever was linked is somebody new", () =>
    withCorp({}, async ({ cloud, aws, signIn }) => {
      const sub = await signUpAndConfirm(cloud, aws, "ada@example.com");
      await aws.send(link(sub));
      await aws.send(disable("Corp", "u-1"));
      const { claims } = decode((await signIn()).id_token);
      assert.equal(claims["cognito:username"], "corp_u-1");
      const { UserAttributes } = await aws.send(new sdk.AdminGetUserCommand({ UserPoolId, Username: sub }));
      assert.equal(
        UserAttributes!.some(({ Name }) => Name === "identities"),
        false,
      );
      await assert.rejects(aws.send(disable("Corp", "u-9")), { name: "UserNotFoundException" });
    }));

  it("[C.3] keeps a user of the provider out, and one of the pool's own from the password", () =>
    withCorp({}, async ({ cloud, aws, signIn }) => {
      await signIn();
      await aws.send(disable("Corp", "u-1"));
      assert.equal((await signIn()).error_description, "User is disabled.");
      await signUpAndConfirm(cloud, aws, "ada@example.com");
      await aws.send(disable("Cognito", "ada@example.com"));
      for (const PASSWORD of [password, newPassword, "null"])
        await assert.rejects(
          aws.send(
            new sdk.InitiateAuthCommand({
              ClientId,
              AuthFlow: "USER_PASSWORD_AUTH",
              AuthParameters: { USERNAME: "ada@example.com", PASSWORD },
            }),
          ),
          refusal("NotAuthorizedException", "Incorrect username or password."),
        );
    }));
});
