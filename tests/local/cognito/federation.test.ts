/** Signing in with external identity providers that speak OpenID Connect: to them, back, and who one is then. */
import assert from "node:assert/strict";
import { join } from "node:path";
import * as sdk from "@aws-sdk/client-cognito-identity-provider";
import type { AppClientModel, IdentityProviderModel, UserPoolModel } from "../../../local/model.ts";
import { startLocalCloud } from "../../../local/start.ts";
import { FormBrowser, type Page, redirectParameters } from "../../support/form-browser.ts";
import { repository } from "../../support/shell.ts";
import { apiClient, refusal } from "./api-calls.ts";
import {
  type AuthorizeParameters,
  appClient,
  attribute,
  authorizeUrl,
  callback,
  decode,
  password,
  type RunningCognito,
  signInThroughPages,
  signUpThroughPages,
  startCognito,
  userPool,
} from "./harness.ts";
import { providerModel, providerSecret, type RealProvider, startRealProvider } from "./openid-providers.ts";

const account = { sub: "u-Ada-1", email: "ada@corp.example", email_verified: true, name: "Ada L." };

interface Setting {
  pool?: Partial<UserPoolModel>;
  client?: Partial<AppClientModel>;
  /** Changes of the real one, named Corp. */
  provider?: Partial<IdentityProviderModel>;
  others?: IdentityProviderModel[];
}

async function withProvider(
  setting: Setting,
  work: (cloud: RunningCognito, provider: RealProvider) => Promise<void>,
): Promise<void> {
  const provider = await startRealProvider(account);
  const client = appClient({ identityProviders: ["COGNITO", "Corp"], ...setting.client });
  const cloud = await startCognito([
    userPool({
      clients: [client],
      identityProviders: [providerModel(provider.issuer, setting.provider), ...(setting.others ?? [])],
      ...setting.pool,
    }),
  ]);
  provider.register(`${cloud.hostedUi()}/oauth2/idpresponse`);
  try {
    await work(cloud, provider);
  } finally {
    await cloud.close();
    await provider.close();
  }
}

/** Everything up to the application. */
const toApplication = (url: string) => !url.startsWith(callback);

async function signIn(
  cloud: RunningCognito,
  browser: FormBrowser = cloud.browser(),
  parameters: Record<string, string> = {},
): Promise<Page> {
  const atProvider = await browser.open(
    authorizeUrl(cloud, { identity_provider: "Corp", ...parameters }),
    toApplication,
  );
  const answered = await browser.submit(atProvider, "providerForm");
  return answered.location === undefined || !toApplication(answered.location)
    ? answered
    : browser.open(answered.location, toApplication);
}

const link = (page: Page, label: string) => {
  const [, address = ""] = new RegExp(`<a [^>]*href="([^"]*)"[^>]*>${label}</a>`).exec(page.text) ?? [];
  return new URL(address.replaceAll("&amp;", "&"), page.url);
};

describe("an external identity provider", () => {
  it("[A.2] has a button on the sign-in page, and people who use it are back at the application with tokens", () =>
    withProvider({}, async (cloud, provider) => {
      const browser = cloud.browser();
      const page = await browser.open(authorizeUrl(cloud, { response_type: "code" }));
      assert.ok(page.forms.some(({ name }) => name === "cognitoSignInForm"));
      const button = link(page, "Continue with Corp");
      assert.equal(button.searchParams.get("identity_provider"), "Corp");
      assert.equal(button.searchParams.get("state"), "s-1");
      assert.deepEqual(provider.requests, [], "the provider hears of nobody before the click");

      const sent = await browser.request(button.href);
      const asked = new URL(sent.location!);
      const { state, nonce, ...rest } = Object.fromEntries(asked.searchParams);
      assert.equal(asked.origin + asked.pathname, `${provider.issuer}/auth`);
      assert.deepEqual(rest, {
        client_id: "the-pool",
        response_type: "code",
        redirect_uri: `${cloud.hostedUi()}/oauth2/idpresponse`,
        scope: "openid email profile",
      });
      assert.match(state!, /^[\w-]{43}$/);
      assert.match(nonce!, /^[\w-]{43}$/);

      const atProvider = await browser.open(sent.location!);
      const answered = await browser.submit(atProvider, "providerForm");
      const back = await browser.open(answered.location!, toApplication);
      const { code, state: returned, ...others } = redirectParameters(back.location);
      assert.equal(returned, "s-1");
      assert.deepEqual(others, {});
      const response = await fetch(`${cloud.hostedUi()}/oauth2/token`, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "authorization_code",
          client_id: appClient().id,
          redirect_uri: callback,
          code: code!,
        }),
      });
      const tokens = (await response.json()) as { id_token: string; access_token: string };
      const id = decode(tokens.id_token).claims;
      assert.equal(id.email, "ada@corp.example");
      assert.equal(decode(tokens.access_token).claims.username, "corp_u-ada-1");
    }));

  it("[B.4, C.3] makes a user <provider>_<sub> with identities, the provider's group, and a nonce of Cognito's own", () =>
    withProvider({ pool: { id: "us-east-1_Ab3dEf6hI" } }, async (cloud) => {
      const page = await signIn(cloud);
      const { claims, json } = decode(redirectParameters(page.location).id_token);
      const [user] = cloud.service.users("us-east-1_Ab3dEf6hI");
      assert.equal(user!.status, "EXTERNAL_PROVIDER");
      assert.equal(user!.username, "corp_u-ada-1");
      assert.deepEqual(user!.groups, ["us-east-1_Ab3dEf6hI_Corp"]);
      const { identities, ...attributes } = user!.attributes;
      assert.deepEqual(attributes, { email: "ada@corp.example", email_verified: "true", name: "Ada L." });
      const created = cloud.clock.ms;
      assert.equal(
        identities,
        `[{"userId":"u-Ada-1","providerName":"Corp","providerType":"OIDC","issuer":null,"primary":true,"dateCreated":${created}}]`,
      );
      assert.deepEqual(claims.identities, [
        {
          userId: "u-Ada-1",
          providerName: "Corp",
          providerType: "OIDC",
          issuer: null,
          primary: "true",
          dateCreated: String(created),
        },
      ]);
      assert.ok(
        json.indexOf('"aud"') < json.indexOf('"identities"') &&
          json.indexOf('"identities"') < json.indexOf('"event_id"'),
      );
      assert.deepEqual(claims["cognito:groups"], ["us-east-1_Ab3dEf6hI_Corp"]);
      assert.equal(claims["cognito:username"], "corp_u-ada-1");
      assert.match(claims.nonce as string, /^[\w-]{171}$/);
      assert.equal(claims.email_verified, true);
    }));

  it("[B.4] leaves the username's letters as they are in a pool that tells them apart, and the application's nonce", () =>
    withProvider({ pool: { usernameCaseSensitive: true } }, async (cloud) => {
      const page = await signIn(cloud, undefined, { nonce: "n-1" });
      const { claims } = decode(redirectParameters(page.location).id_token);
      assert.deepEqual([claims["cognito:username"], claims.nonce], ["Corp_u-Ada-1", "n-1"]);
    }));

  it("[C.3] brings the same user up to date at the next sign-in", () =>
    withProvider(
      { provider: { attributeMapping: { username: "sub", email: "email", name: "name" } } },
      async (cloud, provider) => {
        await signIn(cloud);
        const [before] = cloud.service.users("us-east-1_Ab3dEf6hI");
        assert.equal(before!.attributes.email_verified, "false", "nobody mapped the proof");
        provider.account = { ...account, email: "ada@new.example", name: "Ada K." };
        await signIn(cloud);
        const [after, ...others] = cloud.service.users("us-east-1_Ab3dEf6hI");
        assert.deepEqual(others, []);
        assert.equal(after!.sub, before!.sub);
        assert.deepEqual([after!.attributes.email, after!.attributes.name], ["ada@new.example", "Ada K."]);
        assert.equal(after!.attributes.identities, before!.attributes.identities);
      },
    ));

  it("[C.3] tells the application when the person refuses, in the order and with the blanks of Cognito's redirects", () =>
    withProvider({}, async (cloud) => {
      for (const [response_type, mark] of [
        ["code", "?"],
        ["token", "#"],
      ] as const) {
        const browser = cloud.browser();
        const address = authorizeUrl(cloud, { identity_provider: "Corp", response_type });
        const answered = await browser.submit(await browser.open(address, toApplication), "refusalForm");
        const back = await browser.request(answered.location!);
        assert.equal(
          back.location,
          `${callback}${mark}error_description=The+person+does+not+want+to&state=s-1&error=access_denied`,
        );
      }
      assert.deepEqual(cloud.service.users("us-east-1_Ab3dEf6hI"), []);
    }));

  it("keeps the secret out of the request log, the redirects and the state", () =>
    withProvider({}, async (cloud) => {
      await signIn(cloud);
      assert.doesNotMatch(JSON.stringify(cloud.events), new RegExp(providerSecret));
      const tables = cloud.store.db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
      const rows = tables.map(({ name }) => cloud.store.db.prepare(`SELECT * FROM ${name}`).all());
      assert.doesNotMatch(JSON.stringify(rows), new RegExp(providerSecret));
    }));
});

describe("an application that names an identity provider", () => {
  const saml: IdentityProviderModel = {
    ...{ name: "Office", type: "SAML", details: {}, attributeMapping: {}, identifiers: ["office.example"] },
    signIn: undefined,
  };
  const atProvider = (provider: RealProvider) => (page: Page) =>
    assert.ok(page.location?.startsWith(`${provider.issuer}/auth?`), `${page.status} ${page.location}`);
  const refused = (page: Page) =>
    assert.ok(
      page.location?.endsWith(`/error?error=Login+option+is+not+available&client_id=${appClient().id}`),
      `${page.status} ${page.location}`,
    );

  it("[A.2] skips the page with identity_provider, and with idp_identifier by name or identifier", () =>
    withProvider({}, async (cloud, provider) => {
      const sent = atProvider(provider);
      for (const parameters of [
        { identity_provider: "Corp" },
        { idp_identifier: "corp.example" },
        { idp_identifier: "Corp" },
      ])
        sent(await cloud.browser().request(authorizeUrl(cloud, parameters)));
      const own = await cloud.browser().request(authorizeUrl(cloud, { identity_provider: "COGNITO" }));
      assert.ok(own.location?.startsWith(`${cloud.hostedUi()}/login?`));
    }));

  it("[A.1] is refused one that it does not support, that nobody has, or that is not served: no page, no redirect to it", () =>
    withProvider({ client: { identityProviders: ["COGNITO", "Office"] }, others: [saml] }, async (cloud) => {
      for (const parameters of [
        { identity_provider: "Corp" },
        { idp_identifier: "corp.example" },
        { identity_provider: "Okta" },
        { identity_provider: "corp.example" },
        { identity_provider: "Office" },
      ])
        refused(await cloud.browser().request(authorizeUrl(cloud, parameters)));
    }));

  it("is refused every page when its only provider is of a type that is not served", async () => {
    const cloud = await startCognito([
      userPool({ clients: [appClient({ identityProviders: ["Office"] })], identityProviders: [saml] }),
    ]);
    try {
      const open = (path: string, parameters: Record<string, string> = {}) =>
        cloud.browser().request(authorizeUrl(cloud, parameters, path));
      for (const path of ["/login", "/signup", "/forgotPassword", "/confirm"]) refused(await open(path));
      refused(await open("/oauth2/authorize", { identity_provider: "Office" }));
      refused(await open("/oauth2/authorize", { idp_identifier: "office.example" }));
      assert.ok(
        cloud.events.some((event) => "reason" in event && /type SAML, which is not served locally/.test(event.reason!)),
      );
    } finally {
      await cloud.close();
    }
  });

  it("[A.2] is sent to Google and to Amazon at their own addresses, which nobody has to be asked for", async () => {
    const shared = { clientId: "c-1", scope: "profile", jwksUrl: undefined, attributesUrl: undefined };
    const google = {
      ...{ ...shared, authorizeUrl: "https://accounts.google.com/o/oauth2/v2/auth", takesLoginHint: true },
      tokenUrl: "https://www.googleapis.com/oauth2/v4/token",
    };
    const amazon = {
      ...{ ...shared, authorizeUrl: "https://www.amazon.com/ap/oa", takesLoginHint: false, idToken: false },
      tokenUrl: "https://api.amazon.com/auth/o2/token",
    };
    const cloud = await startCognito([
      userPool({
        domains: [{ domain: "managed", custom: false, managedLoginVersion: 2 }],
        clients: [appClient({ identityProviders: ["Google", "LoginWithAmazon"] })],
        identityProviders: [
          providerModel("https://accounts.google.com", { name: "Google", type: "Google" }, google),
          providerModel("https://www.amazon.com", { name: "LoginWithAmazon", type: "LoginWithAmazon" }, amazon),
        ],
      }),
    ]);
    try {
      const page = await cloud.browser().open(authorizeUrl(cloud, { login_hint: "ada" }));
      const asked: Record<string, string[]> = {};
      for (const label of ["Continue with Google", "Continue with Login with Amazon"]) {
        const { origin, pathname, searchParams } = new URL(
          (await cloud.browser().request(link(page, label).href)).location!,
        );
        asked[origin + pathname] = [...searchParams.keys()].sort();
      }
      const always = ["client_id", "redirect_uri", "response_type", "scope", "state"];
      assert.deepEqual(asked, {
        "https://accounts.google.com/o/oauth2/v2/auth": [...always, "login_hint", "nonce"].sort(),
        "https://www.amazon.com/ap/oa": always,
      });
    } finally {
      await cloud.close();
    }
  });

  it("without COGNITO has a page of buttons, and nobody signs in with a password posted to it", () =>
    withProvider({ client: { identityProviders: ["Corp"] } }, async (cloud, provider) => {
      const browser = cloud.browser();
      const page = await browser.open(authorizeUrl(cloud));
      assert.deepEqual(page.forms, []);
      atProvider(provider)(await browser.request(link(page, "Continue with Corp").href));
      for (const path of ["/signup", "/forgotPassword"]) refused(await browser.request(authorizeUrl(cloud, {}, path)));
      refused(
        await browser.request(authorizeUrl(cloud, {}, "/login"), {
          method: "POST",
          body: new URLSearchParams({ username: "ada@example.com", password }),
        }),
      );
    }));

  it("gets whoever is signed in already only where that is somebody of the provider", () =>
    withProvider({}, async (cloud, provider) => {
      const ask = (browser: FormBrowser, parameters: AuthorizeParameters) =>
        browser.request(authorizeUrl(cloud, parameters));
      const local = cloud.browser();
      await signUpThroughPages(cloud, "bob@example.com", { browser: local });
      atProvider(provider)(await ask(local, { identity_provider: "Corp" }));
      const external = cloud.browser();
      await signIn(cloud, external);
      for (const parameters of [{}, { identity_provider: "Corp" }, { idp_identifier: "corp.example" }])
        assert.ok((await ask(external, parameters)).location?.startsWith(`${callback}#id_token=`));
      assert.equal(
        redirectParameters((await ask(local, { identity_provider: "Corp", prompt: "none" })).location).error,
        undefined,
        "prompt means nothing to the classic pages",
      );
    }));

  it("[A.2] has login_hint and prompt handed on by managed login", () =>
    withProvider(
      { pool: { domains: [{ domain: "managed", custom: false, managedLoginVersion: 2 }] } },
      async (cloud, provider) => {
        const parameters = { identity_provider: "Corp", login_hint: "ada", prompt: "login consent" };
        const browser = cloud.browser();
        const page = await browser.open(authorizeUrl(cloud));
        assert.ok(link(page, "Continue with Corp").searchParams.has("redirect_uri"));
        assert.doesNotMatch(page.text, /idpButton|-customizable"[^>]*>Continue/, "names of the classic page");
        await signIn(cloud, browser);
        const sent = await browser.request(authorizeUrl(cloud, parameters));
        atProvider(provider)(sent);
        const { login_hint, prompt } = Object.fromEntries(new URL(sent.location!).searchParams);
        assert.deepEqual([login_hint, prompt], ["ada", "login consent"]);
        const silent = await cloud
          .browser()
          .request(authorizeUrl(cloud, { identity_provider: "Corp", prompt: "none" }));
        assert.equal(redirectParameters(silent.location).error, "login_required");
      },
    ));

  it("ends the session here at /logout; the next sign-in goes by the provider again", () =>
    withProvider({}, async (cloud, provider) => {
      const browser = cloud.browser();
      await signIn(cloud, browser);
      const query = new URLSearchParams({ client_id: appClient().id, logout_uri: "http://localhost:47810/signed-out" });
      const out = await browser.request(`${cloud.hostedUi()}/logout?${query}`);
      assert.equal(out.location, "http://localhost:47810/signed-out");
      atProvider(provider)(await browser.request(authorizeUrl(cloud, { identity_provider: "Corp" })));
    }));
});

describe("somebody of an identity provider", () => {
  const UserPoolId = userPool().id;
  const ClientId = appClient().id;
  const Username = "corp_u-ada-1";
  const withUser = (
    setting: Setting,
    work: (aws: sdk.CognitoIdentityProviderClient, cloud: RunningCognito) => Promise<void>,
  ) =>
    withProvider(setting, async (cloud) => {
      await signIn(cloud);
      const aws = apiClient(cloud);
      try {
        await work(aws, cloud);
      } finally {
        aws.destroy();
      }
    });

  it("[C.3] has no password: none signs in, and none can be reset", () =>
    withUser({ client: { hideUserExistence: false } }, async (aws, cloud) => {
      const wrong = refusal("NotAuthorizedException", "Incorrect username or password.");
      for (const PASSWORD of [password, "null", " "])
        await assert.rejects(
          aws.send(
            new sdk.InitiateAuthCommand({
              ClientId,
              AuthFlow: "USER_PASSWORD_AUTH",
              AuthParameters: { USERNAME: Username, PASSWORD },
            }),
          ),
          wrong,
        );
      const page = await signInThroughPages(cloud, Username);
      assert.deepEqual(page.alerts, ["Incorrect username or password."]);
      const state = refusal("NotAuthorizedException", "User password cannot be reset in the current state.");
      await assert.rejects(aws.send(new sdk.ForgotPasswordCommand({ ClientId, Username })), state);
      await assert.rejects(aws.send(new sdk.AdminResetUserPasswordCommand({ UserPoolId, Username })), state);
      await assert.rejects(
        aws.send(new sdk.AdminConfirmSignUpCommand({ UserPoolId, Username })),
        refusal("NotAuthorizedException", "User cannot be confirmed. Current status is EXTERNAL_PROVIDER"),
      );
      const { UserStatus } = await aws.send(new sdk.AdminGetUserCommand({ UserPoolId, Username }));
      assert.equal(UserStatus, "EXTERNAL_PROVIDER");
    }));

  it("[C.3] can be given a password by an administrator, beside the provider", () =>
    withUser({}, async (aws, cloud) => {
      const { sub } = cloud.service.users(UserPoolId)[0]!;
      await aws.send(
        new sdk.AdminSetUserPasswordCommand({ UserPoolId, Username, Password: password, Permanent: true }),
      );
      const { AuthenticationResult } = await aws.send(
        new sdk.InitiateAuthCommand({
          ClientId,
          AuthFlow: "USER_PASSWORD_AUTH",
          AuthParameters: { USERNAME: Username, PASSWORD: password },
        }),
      );
      assert.equal(decode(AuthenticationResult!.AccessToken).claims.sub, sub);
      assert.equal(decode(redirectParameters((await signIn(cloud)).location).id_token).claims.sub, sub);
      assert.equal(cloud.service.users(UserPoolId)[0]!.status, "CONFIRMED");
    }));

  it("[C.3] is not asked for a second factor, which is the provider's business", () =>
    withProvider({ pool: { mfa: "ON", softwareTokenMfa: true } }, async (cloud) => {
      assert.ok((await signIn(cloud)).location?.startsWith(`${callback}#id_token=`));
    }));

  it("does not take an address from the pool's own users: both may have it, and it signs in the pool's own", () =>
    withUser({}, async (aws, cloud) => {
      await signUpThroughPages(cloud, account.email);
      assert.equal(cloud.service.users(UserPoolId).length, 2);
      const { AuthenticationResult } = await aws.send(
        new sdk.InitiateAuthCommand({
          ClientId,
          AuthFlow: "USER_PASSWORD_AUTH",
          AuthParameters: { USERNAME: account.email, PASSWORD: password },
        }),
      );
      assert.equal(decode(AuthenticationResult!.IdToken).claims.identities, undefined);
    }));

  it("has identities that can be listed and that nobody can write", () =>
    withUser({}, async (aws) => {
      const Filter = 'cognito:user_status = "EXTERNAL_PROVIDER"';
      const { Users } = await aws.send(
        new sdk.ListUsersCommand({ UserPoolId, Filter, AttributesToGet: ["identities"] }),
      );
      assert.deepEqual(
        Users!.map((user) => [user.Username, user.Attributes!.map(({ Name }) => Name)]),
        [[Username, ["identities"]]],
      );
      const UserAttributes = [{ Name: "identities", Value: "[]" }];
      await assert.rejects(
        aws.send(new sdk.AdminUpdateUserAttributesCommand({ UserPoolId, Username, UserAttributes })),
        refusal("InvalidParameterException", "user.identities: Attribute does not exist in the schema.\n"),
      );
      await assert.rejects(
        aws.send(
          new sdk.AdminDeleteUserAttributesCommand({ UserPoolId, Username, UserAttributeNames: ["identities"] }),
        ),
        { name: "InvalidParameterException" },
      );
    }));

  it("can be given tokens by whoever holds the machine, and stays the provider's", () =>
    withUser({}, async (_aws, cloud) => {
      const admin = cloud.service.admin(UserPoolId)!;
      const changed = await admin.put({ username: Username, attributes: { name: "A." } });
      assert.deepEqual([changed.status, changed.attributes.name], ["EXTERNAL_PROVIDER", "A."]);
      const { idToken } = await admin.tokens(Username);
      assert.equal((decode(idToken).claims.identities as { userId: string }[])[0]!.userId, "u-Ada-1");
    }));

  it("is kept out when disabled, and starts anew when deleted", () =>
    withUser({}, async (aws, cloud) => {
      await aws.send(new sdk.AdminDisableUserCommand({ UserPoolId, Username }));
      assert.deepEqual(redirectParameters((await signIn(cloud)).location), {
        error: "invalid_request",
        error_description: "User is disabled.",
        state: "s-1",
      });
      const [before] = cloud.service.users(UserPoolId);
      await aws.send(new sdk.AdminDeleteUserCommand({ UserPoolId, Username }));
      await signIn(cloud);
      const [after] = cloud.service.users(UserPoolId);
      assert.deepEqual([after!.username, after!.sub === before!.sub], [Username, false]);
    }));

  it("[C.3] is refused without what the pool requires, with what it does not take, and with what is fixed", async () => {
    const why = async (setting: Setting, times = 1) => {
      let description: string | undefined;
      await withProvider(setting, async (cloud) => {
        for (let time = 0; time < times; time++)
          description = redirectParameters((await signIn(cloud)).location).error_description;
      });
      return description;
    };
    assert.equal(
      await why({ pool: { schema: [attribute("phone_number", { required: true })] } }),
      "attributes required: [phone_number]",
    );
    assert.equal(
      await why({ pool: { schema: [attribute("name", { maxLength: 3 })] } }),
      "Attributes did not conform to the schema: name: String must be no longer than 3 characters",
    );
    assert.equal(
      await why({ client: { writeAttributes: ["email"] } }),
      "A client attempted to write unauthorized attribute",
    );
    assert.equal(
      await why({ provider: { attributeMapping: { username: "employee_id" } } }),
      "username attribute mapping required",
    );
    const fixed: Setting = { pool: { schema: [attribute("name", { mutable: false })] } };
    assert.equal(await why(fixed), undefined, "the first time it is set");
    assert.equal(await why(fixed, 2), "user.name: Attribute cannot be updated.\n ");
  });
});

describe("a program with an identity provider", function () {
  this.timeout(60_000);

  it("starts without a word to the provider, says what AWS would refuse, and signs its people in", async () => {
    const provider = await startRealProvider(account);
    const warnings: string[] = [];
    const cloud = await startLocalCloud({
      ...{ stack: "dev", port: 0, stateDirectory: undefined },
      projectDirectory: join(repository, "tests/fixtures/federation"),
      environment: { ...process.env, CORP_ISSUER: provider.issuer, CORP_SECRET: providerSecret },
      onProgramMessage: ({ message }) => warnings.push(message),
    });
    try {
      const { hostedUi } = cloud.ready.userPools[0]!;
      const { clientId, callback: redirectUri } = cloud.ready.outputs as Record<string, string>;
      assert.deepEqual(cloud.ready.declaredNotEmulated, []);
      assert.doesNotMatch(JSON.stringify(cloud.ready), new RegExp(providerSecret));
      assert.deepEqual(
        warnings.filter((warning) => warning.includes("Corp")),
        [
          "The identity provider Corp has an address with http://, which is served on this machine and which AWS refuses.",
        ],
      );
      assert.deepEqual(provider.requests, []);
      provider.register(`${hostedUi}/oauth2/idpresponse`);
      const browser = new FormBrowser();
      const query = new URLSearchParams({
        ...{ response_type: "token", client_id: clientId!, redirect_uri: redirectUri!, idp_identifier: "corp.example" },
      });
      const atProvider = await browser.open(`${hostedUi}/oauth2/authorize?${query}`, () => true);
      const answered = await browser.submit(atProvider, "providerForm");
      const page = await browser.request(answered.location!);
      const { claims } = decode(redirectParameters(page.location).id_token);
      assert.deepEqual([claims["cognito:username"], claims.name], ["Corp_u-Ada-1", "Ada L."]);
    } finally {
      await cloud.close();
      await provider.close();
    }
  });
});
