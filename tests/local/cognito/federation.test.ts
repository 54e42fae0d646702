/** Signing in with external identity providers that speak OpenID Connect: to them, back, and who one is then. */
import assert from "node:assert/strict";
import type { AppClientModel, IdentityProviderModel, UserPoolModel } from "../../../local/model.ts";
import { type FormBrowser, type Page, redirectParameters } from "../../support/form-browser.ts";
import { appClient, authorizeUrl, callback, decode, type RunningCognito, startCognito, userPool } from "./harness.ts";
import { providerModel, providerSecret, type RealProvider, startRealProvider } from "./openid-providers.ts";

const account = { sub: "u-Ada-1", email: "ada@corp.example", email_verified: true, name: "Ada L." };

interface Setting {
  pool?: Partial<UserPoolModel>;
  client?: Partial<AppClientModel>;
  provider?: Partial<IdentityProviderModel>;
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
      identityProviders: [providerModel(provider.issuer, setting.provider)],
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
      const button = link(page, "Corp");
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

  it("[B.4] makes a user <provider>_<sub> with identities, the provider's group, and a nonce of Cognito's own", () =>
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

  it("brings the same user up to date at the next sign-in", () =>
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

  it("tells the application when the person refuses, in the order and with the blanks of Cognito's redirects", () =>
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
