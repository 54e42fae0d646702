/** Whatever is sent: no fault of ours, no text of theirs in our pages unescaped, nobody led to an unregistered address. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  appClient,
  authorizeUrl,
  callback,
  password,
  type RunningCognito,
  signUpThroughPages,
  startCognito,
  userPool,
} from "./harness.ts";

const runs = { numRuns: 150 };
const ClientId = appClient().id;
const secretClient = "2secretclient0000000000000";

const hostile = fc.constantFrom(
  ...[
    "<probe>",
    `"><probe>`,
    `'onload=probe '`,
    "</title><probe>",
    "javascript:probe",
    "{{7*7}}",
    "${7*7}",
    "%00",
    "\0",
  ],
  ...[
    "\r\nset-cookie: probe=1",
    "%0d%0aset-cookie:%20probe=1",
    "../../etc/passwd",
    "__proto__",
    "constructor",
    "toString",
  ],
  ...[
    "' OR 1=1 --",
    "\ud800",
    "𝕏",
    "ﬃ",
    "\u202e",
    "é".repeat(300),
    "a".repeat(5000),
    "null",
    "[object Object]",
    "-1",
    "NaN",
  ],
  ...[
    "https://evil.example/",
    "//evil.example",
    `${callback}@evil.example`,
    `${callback}/../x`,
    `${callback}#x`,
    `\\\\evil`,
  ],
);
const text = fc.oneof(
  { weight: 3, arbitrary: hostile },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
);
const mostly = (value: string) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: text });
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 4 });

const authorization = fc.record({
  response_type: some(mostly("token")),
  client_id: some(mostly(ClientId)),
  redirect_uri: some(mostly(callback)),
  scope: some(mostly("openid email")),
  state: some(text),
  nonce: some(text),
  prompt: some(fc.oneof(fc.constantFrom("none", "login", "none login"), text)),
  login_hint: some(text),
  lang: some(text),
  code_challenge: some(text),
  code_challenge_method: some(mostly("S256")),
  identity_provider: some(mostly("COGNITO")),
  logout_uri: some(text),
  error: some(text),
  user_name: some(text),
  confirmation_code: some(text),
});

const paths = fc.constantFrom(
  ...[
    "/oauth2/authorize",
    "/login",
    "/login/continue",
    "/signup",
    "/confirm",
    "/confirmUser",
    "/resendcode",
    "/forgotPassword",
  ],
  ...[
    "/confirmforgotPassword",
    "/changePassword",
    "/mfa",
    "/mfa/setup",
    "/error",
    "/logout",
    "/",
    "/%",
    "/%c0%af",
    "//",
  ],
  ...["/oauth2/token", "/oauth2/userInfo", "/oauth2/revoke", "/nothing"],
);

const formPaths = fc.constantFrom(
  ...["/login", "/signup", "/confirm", "/resendcode", "/forgotPassword", "/confirmforgotPassword", "/changePassword"],
  ...["/mfa", "/oauth2/token", "/oauth2/revoke"],
);
const valid = { response_type: "token", client_id: ClientId, redirect_uri: callback, scope: "openid email" };

const registered = new Set([...appClient().callbackUrls, ...appClient().logoutUrls]);

describe("whatever is sent to", () => {
  let cloud: RunningCognito;
  before(async () => {
    cloud = await startCognito([
      userPool({
        domains: [{ domain: "demo", custom: false, managedLoginVersion: 2 }],
        clients: [appClient(), appClient({ id: secretClient, name: "SecretClient", secret: "s" })],
      }),
    ]);
    await signUpThroughPages(cloud, "ada@example.com");
  });
  after(() => cloud.close());

  const queryOf = (parameters: Record<string, string | undefined>) =>
    new URLSearchParams(Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined));

  async function checked(request: Request): Promise<Response> {
    const response = await cloud.service.hostedUi("demo")(request);
    assert.ok(response.status < 500, `${response.status}`);
    assert.ok(![...response.headers.keys()].includes("probe"));
    assert.ok(!response.headers.getSetCookie().some((cookie) => cookie.startsWith("probe")));
    const body = await response.text();
    assert.doesNotMatch(body, /<probe>|<[^>]*\sonload=probe|href="javascript:/);
    assert.doesNotMatch(body, /\n\s+at .*:\d+:\d+/);
    const location = response.headers.get("location");
    if (location !== null) {
      const { origin } = new URL(request.url);
      const base = location.split(/[?#]/)[0]!;
      assert.ok(
        location.startsWith(`${origin}/`) || registered.has(base) || registered.has(location),
        `led to ${location}`,
      );
    }
    return response;
  }

  it("a page of the hosted UI, the answer is a page of ours or a registered address", () =>
    fc.assert(
      fc.asyncProperty(paths, authorization, async (path, parameters) => {
        await checked(new Request(`${cloud.hostedUi()}${path}?${queryOf(parameters)}`));
      }),
      runs,
    ));

  it("a form of the hosted UI, with the right anti-forgery token, the same holds", () =>
    fc.assert(
      fc.asyncProperty(
        formPaths,
        fc.oneof({ weight: 4, arbitrary: fc.constant(valid) }, { weight: 1, arbitrary: authorization }),
        fc.record({
          username: some(mostly("ada@example.com")),
          password: some(mostly(password)),
          confirm_password: some(mostly(password)),
          code: some(fc.oneof(fc.stringMatching(/^\d{6}$/), text)),
          "requiredAttributes[email]": some(text),
          "requiredAttributes[__proto__]": some(text),
          grant_type: some(mostly("authorization_code")),
          token: some(text),
        }),
        async (path, parameters, fields) => {
          const browser = cloud.browser();
          const page = await browser.open(authorizeUrl(cloud));
          const _csrf = page.forms[0]!.fields._csrf!;
          await checked(
            new Request(`${cloud.hostedUi()}${path}?${queryOf(parameters)}`, {
              method: "POST",
              headers: { cookie: `XSRF-TOKEN=${_csrf}` },
              body: queryOf({ ...fields, _csrf }),
            }),
          );
          // A guess that happened to be wrong must not hold up the next one.
          cloud.clock.ms += 3_600_000;
        },
      ),
      runs,
    ));

  it("a page with any cookie, nothing breaks", () =>
    fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[\x20-\x7e]{0,200}$/), async (junk) => {
        const cookie = `cognito=${junk}; XSRF-TOKEN=${junk}; cognito-fl=${junk}; ${junk}`;
        await checked(new Request(authorizeUrl(cloud), { headers: { cookie } }));
        await checked(new Request(authorizeUrl(cloud, {}, "/confirm"), { headers: { cookie } }));
      }),
      runs,
    ));

  it("the token endpoint, the answer is one of OAuth's errors", () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          grant_type: some(fc.constantFrom("authorization_code", "refresh_token", "client_credentials", "<probe>")),
          client_id: some(fc.oneof(fc.constantFrom(ClientId, secretClient), text)),
          client_secret: some(text),
          code: some(text),
          redirect_uri: some(mostly(callback)),
          refresh_token: some(text),
          code_verifier: some(text),
          scope: some(text),
        }),
        some(fc.oneof(fc.stringMatching(/^Basic [A-Za-z0-9+/=]{0,60}$/), fc.stringMatching(/^[\x21-\x7e]{1,80}$/))),
        async (fields, header) => {
          const response = await cloud.service.hostedUi("demo")(
            new Request(`${cloud.hostedUi()}/oauth2/token`, {
              method: "POST",
              headers: header === undefined ? {} : { authorization: header },
              body: queryOf(fields),
            }),
          );
          assert.equal(response.status, 400);
          const body = (await response.json()) as Record<string, unknown>;
          const { error, ...more } = body;
          assert.match(
            String(error),
            /^(invalid_(request|client|grant|scope)|unauthorized_client|unsupported_grant_type)$/,
          );
          // Of all that may be wrong with a client, Cognito names its secret only.
          const names = error === "invalid_client" && "error_description" in more;
          assert.deepEqual(more, names ? { error_description: "invalid_client_secret" } : {});
        },
      ),
      runs,
    ));

  it("userInfo, nobody's attributes come back", () =>
    fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.stringMatching(/^Bearer [\w-]{0,40}(\.[\w-]{0,60}){0,4}$/),
          fc.json().map((json) => {
            const part = (value: string) => Buffer.from(value).toString("base64url");
            return `Bearer ${part('{"alg":"none","kid":"x"}')}.${part(json)}.`;
          }),
        ),
        async (authorization) => {
          const response = await cloud.service.hostedUi("demo")(
            new Request(`${cloud.hostedUi()}/oauth2/userInfo`, { headers: { authorization } }),
          );
          assert.ok([400, 401].includes(response.status));
          assert.deepEqual(Object.keys((await response.json()) as object), ["error", "error_description"]);
        },
      ),
      runs,
    ));

  it("the JSON API, the answer is a typed refusal or a result", () => {
    const value = fc.oneof(
      text,
      fc.jsonValue(),
      fc.constantFrom<unknown>(null, 1, true, [], {}, "us-east-1_Ab3dEf6hI", ClientId, "ada@example.com", password),
    );
    const operations = fc.constantFrom(
      ...[
        "SignUp",
        "ConfirmSignUp",
        "ResendConfirmationCode",
        "ForgotPassword",
        "ConfirmForgotPassword",
        "InitiateAuth",
      ],
      ...["RespondToAuthChallenge", "GetUser", "UpdateUserAttributes", "VerifyUserAttribute", "AssociateSoftwareToken"],
      ...["VerifySoftwareToken", "RevokeToken", "GetTokensFromRefreshToken", "ListUsers", "ListGroups", "CreateGroup"],
      ...["AdminCreateUser", "AdminGetUser", "AdminUpdateUserAttributes", "AdminInitiateAuth", "ListUsersInGroup"],
      ...["DescribeUserPool", "ListUserPools", "ListUserPoolClients", "AdminSetUserPassword", "__proto__", "toString"],
    );
    const input = fc.record(
      {
        ClientId: mostly(ClientId),
        UserPoolId: mostly("us-east-1_Ab3dEf6hI"),
        Username: value,
        Password: value,
        AuthFlow: fc.constantFrom(
          "USER_PASSWORD_AUTH",
          "USER_SRP_AUTH",
          "REFRESH_TOKEN_AUTH",
          "ADMIN_USER_PASSWORD_AUTH",
        ),
        AuthParameters: fc.oneof(
          value,
          fc.record({ USERNAME: text, PASSWORD: text, SRP_A: text, REFRESH_TOKEN: text }, { requiredKeys: [] }),
        ),
        ChallengeName: fc.constantFrom(
          "PASSWORD_VERIFIER",
          "NEW_PASSWORD_REQUIRED",
          "SOFTWARE_TOKEN_MFA",
          "MFA_SETUP",
          "constructor",
        ),
        ChallengeResponses: fc.oneof(
          value,
          fc.record(
            { USERNAME: text, PASSWORD_CLAIM_SECRET_BLOCK: text, TIMESTAMP: text, PASSWORD_CLAIM_SIGNATURE: text },
            { requiredKeys: [] },
          ),
        ),
        Session: value,
        AccessToken: value,
        ConfirmationCode: value,
        UserAttributes: fc.oneof(value, fc.array(fc.record({ Name: text, Value: text }), { maxLength: 3 })),
        UserCode: value,
        Token: value,
        RefreshToken: value,
        Filter: value,
        Limit: fc.oneof(value, fc.integer()),
        PaginationToken: value,
        NextToken: value,
        MaxResults: fc.oneof(value, fc.integer()),
        GroupName: value,
        Precedence: fc.oneof(value, fc.double()),
        AttributeName: value,
        Code: value,
      },
      { requiredKeys: [] },
    );
    return fc.assert(
      fc.asyncProperty(operations, fc.oneof(input, fc.jsonValue()), async (operation, body) => {
        const response = await cloud.service.identityProvider(
          new Request(cloud.origin, {
            method: "POST",
            headers: {
              "x-amz-target": `AWSCognitoIdentityProviderService.${operation}`,
              authorization: "AWS4-HMAC-SHA256 Credential=x",
            },
            body: JSON.stringify(body),
          }),
        );
        assert.ok(response);
        const answer = (await response.json()) as Record<string, unknown>;
        if (response.status === 200) return;
        assert.equal(response.status, 400, JSON.stringify(answer));
        assert.match(String(answer.__type), /^[A-Za-z]+Exception$/);
        assert.equal(typeof answer.message, "string");
        assert.equal(response.headers.get("x-amzn-errortype"), `${answer.__type}:`);
      }),
      { numRuns: 400 },
    );
  });
});
