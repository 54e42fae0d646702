import assert from "node:assert/strict";
import { redirectParameters } from "../../support/form-browser.ts";
import {
  appClient,
  authorizeUrl,
  callback,
  decode,
  password,
  type RunningCognito,
  signInThroughPages,
  signingKey,
  signUpThroughPages,
  startCognito,
  userPool,
} from "./harness.ts";

describe("/oauth2/authorize", () => {
  let cloud: RunningCognito;
  before(async () => {
    cloud = await startCognito([
      userPool({
        clients: [
          appClient(),
          appClient({ id: "2codeonlyclient00000000000", name: "CodeClient", flows: ["code"] }),
          appClient({ id: "3disabledclient00000000000", name: "OffClient", oauthEnabled: false }),
          appClient({
            id: "4defaultclient000000000000",
            name: "DefaultClient",
            defaultRedirectUri: "http://127.0.0.1:47810/callback",
          }),
        ],
      }),
    ]);
    await signUpThroughPages(cloud, "ada@example.com");
  });
  after(() => cloud.close());

  const get = (parameters: Record<string, string | undefined>) =>
    cloud.browser().request(authorizeUrl(cloud, parameters));

  it("[A.2] sends a browser without a session to /login with the very same query", async () => {
    const url = authorizeUrl(cloud, { nonce: "n-1", zz: "last" });
    const page = await cloud.browser().request(url);
    assert.equal(page.status, 302);
    assert.equal(page.location, url.replace("/oauth2/authorize", "/login"));
  });

  it("[A.2] sends a browser with a session straight back to the application", async () => {
    const browser = cloud.browser();
    await signInThroughPages(cloud, "ada@example.com", { browser });
    const page = await browser.request(authorizeUrl(cloud, { state: "second" }));
    assert.equal(page.status, 302);
    assert.ok(page.location?.startsWith(`${callback}#id_token=`));
    assert.equal(redirectParameters(page.location).state, "second");
  });

  it("[A.3] puts id_token, access_token, expires_in, token_type and state into the fragment, in this order", async () => {
    const page = await signInThroughPages(cloud, "ada@example.com", { parameters: { state: "a b&c" } });
    assert.equal(page.status, 302);
    const location = page.headers.get("location")!;
    assert.match(
      location,
      /^http:\/\/localhost:47810\/callback#id_token=[\w.-]+&access_token=[\w.-]+&expires_in=3600&token_type=Bearer&state=a%20b%26c$/,
    );
  });

  it("[A.3] leaves out state when none was sent, and id_token when openid was not asked for", async () => {
    const admin = await startCognito([
      userPool({ clients: [appClient({ scopes: ["openid", "aws.cognito.signin.user.admin"] })] }),
    ]);
    try {
      const page = await signUpThroughPages(admin, "ada@example.com", {
        parameters: { state: undefined, scope: "aws.cognito.signin.user.admin" },
      });
      assert.match(
        page.headers.get("location")!,
        /^http:\/\/localhost:47810\/callback#access_token=[\w.-]+&expires_in=3600&token_type=Bearer$/,
      );
    } finally {
      await admin.close();
    }
  });

  it("[A.2] grants all of the client's scopes when none is asked for", async () => {
    const page = await signInThroughPages(cloud, "ada@example.com", { parameters: { scope: undefined } });
    assert.equal(decode(redirectParameters(page.location).access_token).claims.scope, "openid email");
  });

  it("[A.1] matches the redirect address to the letter and never sends an unregistered one anything", async () => {
    for (const address of [
      "http://localhost:47811/callback",
      "http://localhost:47810/callback/",
      "http://localhost:47810/Callback",
      "https://localhost:47810/callback",
      "http://LOCALHOST:47810/callback",
      "http://localhost:47810/callback?a=b",
      "http://localhost:47810/callback#f",
      "http://localhost:47810/callback@evil.example",
      "//evil.example",
      "javascript:alert(1)",
    ]) {
      const page = await get({ redirect_uri: address });
      assert.equal(page.status, 302, address);
      assert.equal(page.location, `${cloud.hostedUi()}/error?error=redirect_mismatch&client_id=${appClient().id}`);
    }
  });

  it("[A.2] shows the error page with HTTP 400, and which addresses are registered", async () => {
    const page = await cloud.browser().open(authorizeUrl(cloud, { redirect_uri: "http://localhost:1/" }));
    assert.equal(page.status, 400);
    assert.ok(page.text.includes("An error was encountered with the requested page."));
    assert.ok(page.text.includes(callback));
    assert.ok(page.text.includes("The address that was sent: http://localhost:1/<"));
    assert.deepEqual(page.alerts, ["redirect_mismatch: the redirect address is not registered for this app client."]);
  });

  it("shows the registered addresses that are most like the one that was sent, never a list of twenty", async () => {
    const callbackUrls = Array.from({ length: 20 }, (_, at) => `https://app-${at}.example/callback`);
    const many = await startCognito([userPool({ clients: [appClient({ callbackUrls })] })]);
    const page = await many.browser().open(authorizeUrl(many, { redirect_uri: "https://app-7.example/callback/" }));
    assert.match(
      page.text,
      /The address that was sent: https:\/\/app-7\.example\/callback\/<[\s\S]*Callback URLs of DemoClient: https:\/\/app-7\.example\/callback, [^,]*, [^,]*, and 17 more</,
    );
    await many.close();
  });

  it("[A.2] says that required parameters are missing when client_id or redirect_uri is absent", async () => {
    for (const absent of [{ client_id: undefined }, { redirect_uri: undefined }, { client_id: "" }]) {
      const page = await get(absent);
      assert.equal(new URL(page.location!).searchParams.get("error"), "Required parameters missing");
      assert.ok(page.headers.get("location")?.includes("/error?error=Required+parameters+missing"));
    }
  });

  it("[A.2] says which parameter is missing when /login is opened without redirect_uri", async () => {
    const page = await cloud.browser().open(authorizeUrl(cloud, { redirect_uri: undefined }, "/login"));
    assert.equal(page.status, 400);
    assert.deepEqual(page.alerts, ["Required String parameter 'redirect_uri' is not present"]);
  });

  it("[A.1] uses the client's default redirect address when the request has none", async () => {
    const page = await signInThroughPages(cloud, "ada@example.com", {
      parameters: { client_id: "4defaultclient000000000000", redirect_uri: undefined },
    });
    assert.ok(page.location?.startsWith("http://127.0.0.1:47810/callback#id_token="));
  });

  it("[A.1] refuses a client that does not exist, one without OAuth, and a repeated parameter, on its own page", async () => {
    for (const [parameters, error] of [
      [{ client_id: "nobody" }, "Client does not exist."],
      [{ client_id: "3disabledclient00000000000" }, "unauthorized_client"],
    ] as const) {
      const page = await get(parameters);
      assert.equal(new URL(page.location!).origin, cloud.hostedUi());
      assert.equal(new URL(page.location!).searchParams.get("error"), error);
    }
    const pkce = { response_type: "code", code_challenge: "a".repeat(43), code_challenge_method: "S256" };
    for (const again of ["redirect_uri=http://evil.example/", "code_challenge_method=S256", "prompt=none"]) {
      const twice = await cloud.browser().request(`${authorizeUrl(cloud, { ...pkce, prompt: "login" })}&${again}`);
      assert.equal(new URL(twice.location!).origin, cloud.hostedUi(), again);
      assert.equal(new URL(twice.location!).searchParams.get("error"), "invalid_request", again);
    }
  });

  it("[A.2] refuses a flow the client does not have, in the fragment for tokens", async () => {
    const page = await get({ client_id: "2codeonlyclient00000000000" });
    assert.equal(
      page.headers.get("location"),
      `${callback}#error_description=unauthorized_client&state=s-1&error=invalid_request`,
    );
  });

  it("[A.2] [F] refuses a scope the client does not have, in the fragment for tokens and in the query for codes", async () => {
    const implicit = await get({ scope: "openid phone" });
    assert.equal(
      implicit.headers.get("location"),
      `${callback}#error_description=invalid_scope&state=s-1&error=invalid_request`,
    );
    const code = await get({ scope: "openid nonsense", response_type: "code", state: undefined });
    assert.equal(code.headers.get("location"), `${callback}?error=invalid_request&error_description=invalid_scope`);
  });

  it("[A.2] refuses email without openid", async () => {
    const page = await get({ scope: "email" });
    assert.equal(redirectParameters(page.location).error_description, "invalid_scope");
  });

  it("[A.2] answers invalid_request for a missing or unknown response_type and for PKCE that is not S256", async () => {
    const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    for (const parameters of [
      { response_type: undefined },
      { response_type: "id_token" },
      { response_type: "code token" },
      { response_type: "code", code_challenge: challenge },
      { response_type: "code", code_challenge: challenge, code_challenge_method: "plain" },
      { response_type: "code", code_challenge_method: "S256" },
      { response_type: "code", code_challenge: "short", code_challenge_method: "S256" },
    ]) {
      const page = await get(parameters);
      assert.equal(page.headers.get("location"), `${callback}?error=invalid_request&state=s-1`);
    }
  });

  it("[A.2] answers a code, a lower-case UUID, and the state in the query", async () => {
    const page = await signInThroughPages(cloud, "ada@example.com", { parameters: { response_type: "code" } });
    assert.match(
      page.headers.get("location")!,
      /^http:\/\/localhost:47810\/callback\?code=[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}&state=s-1$/,
    );
  });
});

describe("/login", () => {
  let cloud: RunningCognito;
  before(async () => {
    cloud = await startCognito();
    await signUpThroughPages(cloud, "ada@example.com");
  });
  after(() => cloud.close());

  it("[A.4] has the classic form twice, with the names and ids that sign-in scripts look for", async () => {
    const page = await cloud.browser().open(authorizeUrl(cloud));
    const forms = page.forms.filter((form) => form.name === "cognitoSignInForm");
    assert.equal(forms.length, 2);
    for (const { method, action, controls } of forms) {
      assert.equal(method, "POST");
      assert.equal(action, page.url);
      assert.deepEqual(Object.keys(controls), [
        "_csrf",
        "username",
        "password",
        "cognitoAsfData",
        "signInSubmitButton",
      ]);
      assert.equal(controls.username?.id, "signInFormUsername");
      assert.equal(controls.username?.placeholder, "name@host.com");
      assert.equal(controls.username?.autocomplete, "username");
      assert.equal(controls.password?.id, "signInFormPassword");
      assert.equal(controls.password?.autocomplete, "current-password");
      assert.equal(controls.signInSubmitButton?.value, "Sign in");
    }
    assert.match(page.text, /name="_csrf" value="[0-9a-f-]{36}"/);
    assert.match(page.text, /<form action="\/login\?[^"]*&amp;[^"]*" method="POST" name="cognitoSignInForm"/);
    assert.match(page.text, /class="[^"]*visible-md visible-lg[^"]*"[\s\S]*class="[^"]*visible-xs visible-sm/);
    for (const words of [
      "Sign in with your email and password",
      "Forgot your password?",
      "Need an account?",
      "Sign up",
    ])
      assert.ok(page.text.includes(words), words);
  });

  it("[A.4] says why in an element of the classic class, and gives nothing away about who exists", async () => {
    const wrong = await signInThroughPages(cloud, "ada@example.com", { password: "Wrong-horse-7" });
    const nobody = await signInThroughPages(cloud, "nobody@example.com", { password: "Wrong-horse-7" });
    for (const page of [wrong, nobody]) {
      assert.equal(page.status, 200);
      assert.deepEqual(page.alerts, ["Incorrect username or password."]);
      assert.match(page.text, /class="errorMessage-customizable" role="alert">Incorrect username or password\.</);
      assert.equal(page.forms[0]?.fields.password, "");
    }
  });

  it("[A.4] refuses a form without the cookie's anti-forgery token and signs nobody in", async () => {
    const browser = cloud.browser();
    const page = await browser.open(authorizeUrl(cloud));
    const body = { username: "ada@example.com", password };
    for (const [fields, cookie] of [
      [body, undefined],
      [{ ...body, _csrf: "" }, undefined],
      [{ ...body, _csrf: "7f1c2a3b-4d5e-4f60-8a9b-0c1d2e3f4a5b" }, undefined],
      [{ ...body, _csrf: page.forms[0]!.fields._csrf! }, "none=1"],
    ] as const) {
      const answer = await browser.request(page.url, {
        method: "POST",
        body: new URLSearchParams(fields),
        ...(cookie && { headers: { cookie } }),
      });
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.alerts, ["This page was out of date. Please try again."]);
    }
    assert.equal(browser.cookies.has("127.0.0.1|cognito"), false);
  });

  it("refuses a form that a page of another origin sent, even with the right token", async () => {
    const browser = cloud.browser();
    const page = await browser.open(authorizeUrl(cloud));
    for (const origin of ["http://127.0.0.1:3000", "https://evil.example", "null"]) {
      const answer = await browser.request(page.url, {
        method: "POST",
        headers: { origin },
        body: new URLSearchParams({ ...page.forms[0]!.fields, username: "ada@example.com", password }),
      });
      assert.equal(answer.status, 200);
      assert.equal(answer.location, undefined);
    }
  });

  it("refuses a form that a browser says is another port's, even with the right token and no Origin", async () => {
    const browser = cloud.browser();
    const page = await browser.open(authorizeUrl(cloud));
    const send = (site: string) =>
      browser.request(page.url, {
        method: "POST",
        headers: { "sec-fetch-site": site },
        body: new URLSearchParams({ ...page.forms[0]!.fields, username: "ada@example.com", password }),
      });
    for (const site of ["same-site", "cross-site"]) {
      const answer = await send(site);
      assert.deepEqual([answer.status, answer.location], [200, undefined]);
    }
    assert.ok((await send("same-origin")).location?.startsWith(callback));
  });

  it("[A.4] sends the headers of Cognito's pages and cookies that no script reads", async () => {
    const browser = cloud.browser();
    const page = await signInThroughPages(cloud, "ada@example.com", { browser });
    assert.equal(page.headers.get("cache-control"), "no-cache, no-store, max-age=0, must-revalidate");
    assert.equal(page.headers.get("pragma"), "no-cache");
    assert.equal(page.headers.get("x-content-type-options"), "nosniff");
    assert.equal(page.headers.get("x-frame-options"), "DENY");
    assert.equal(page.headers.get("x-xss-protection"), "1; mode=block");
    assert.equal(page.headers.get("server"), "Server");
    assert.match(page.headers.get("x-amz-cognito-request-id")!, /^[0-9a-f-]{36}$/);
    const line = page.headers.getSetCookie().find((each) => each.startsWith("cognito="));
    assert.match(line!, /^cognito=[\w-]{43}; Max-Age=3600; Path=\/; HttpOnly; SameSite=Lax$/);
    assert.equal(browser.cookies.get("127.0.0.1|XSRF-TOKEN")?.httpOnly, true);
  });

  it("[A.4] ends the session an hour after the sign-in, however often it was used", async () => {
    const browser = cloud.browser();
    await signInThroughPages(cloud, "ada@example.com", { browser });
    cloud.clock.ms += 3_000_000;
    assert.ok((await browser.request(authorizeUrl(cloud))).location?.startsWith(callback));
    cloud.clock.ms += 600_000;
    assert.equal(new URL((await browser.request(authorizeUrl(cloud))).location!).pathname, "/login");
  });
});

describe("cookies that a program on another port has planted, with a longer path", () => {
  let cloud: RunningCognito;
  beforeEach(async () => {
    cloud = await startCognito();
    for (const name of ["ada", "eve"]) await signUpThroughPages(cloud, `${name}@example.com`);
  });
  afterEach(() => cloud.close());

  const sessionOf = async (name: string) => {
    const browser = cloud.browser();
    await signInThroughPages(cloud, `${name}@example.com`, { browser });
    return `cognito=${browser.cookies.get("127.0.0.1|cognito")!.value}`;
  };
  const authorize = async (cookie: string) =>
    (await cloud.browser().request(authorizeUrl(cloud), { headers: { cookie } })).location!;
  const isAsked = (location: string) => new URL(location).pathname === "/login";

  // A browser sends the cookie of the longest path first (RFC 6265 §5.4).
  for (const order of ["planted first", "planted last"]) {
    it(`sign nobody in as somebody else, ${order}: whose session it is, is asked, and neither goes on`, async () => {
      const [ada, eve] = [await sessionOf("ada"), await sessionOf("eve")];
      const both = order === "planted first" ? [eve, ada] : [ada, eve];
      assert.ok(isAsked(await authorize(both.join("; "))));
      for (const one of both) assert.ok(isAsked(await authorize(one)), one);
    });
  }

  it("do not sign a person out who has a session, when they hold none", async () => {
    const ada = await sessionOf("ada");
    const location = await authorize(`cognito=${"A".repeat(43)}; cognito=; ${ada}`);
    assert.equal(decode(redirectParameters(location).id_token).claims.email, "ada@example.com");
  });

  it("do not put a step of another person's sign-in in the place of one's own", async () => {
    const signUp = async (email: string) => {
      const browser = cloud.browser();
      const page = await browser.open(authorizeUrl(cloud, {}, "/signup"));
      const confirm = await browser.submit(page, "signupform", { username: email, password });
      return { page: confirm, flow: `cognito-fl=${browser.cookies.get("127.0.0.1|cognito-fl")!.value}` };
    };
    const victim = await signUp("victim@example.com");
    const attacker = await signUp("attacker@example.com");
    const shown = async (cookie: string) =>
      (await cloud.browser().request(victim.page.url, { headers: { cookie } })).text;
    assert.match(await shown(victim.flow), /v\*\*\*@e\*\*\*/);
    for (const both of [`${attacker.flow}; ${victim.flow}`, `${victim.flow}; ${attacker.flow}`])
      assert.doesNotMatch(await shown(both), /[av]\*\*\*@e\*\*\*/);
  });
});

describe("several hosted UIs on one host", () => {
  it("keep a session each in the cookie jar they share, and end only their own", async () => {
    const other = userPool({
      id: "us-east-1_Zy8xWv7uT",
      name: "Other",
      clients: [appClient({ id: "9otherclient00000000000000" })],
    });
    const cloud = await startCognito([userPool(), other]);
    try {
      const second = { poolId: other.id, client_id: "9otherclient00000000000000" };
      await signUpThroughPages(cloud, "ada@example.com");
      await signUpThroughPages(cloud, "bob@example.com", { parameters: second });
      const browser = cloud.browser();
      await signInThroughPages(cloud, "ada@example.com", { browser });
      await signInThroughPages(cloud, "bob@example.com", { browser, parameters: second });
      const emails = async () =>
        Promise.all(
          [{}, second].map(async (parameters) => {
            const page = await browser.request(authorizeUrl(cloud, parameters));
            const { id_token } = redirectParameters(page.location);
            return id_token === undefined ? "nobody" : decode(id_token).claims.email;
          }),
        );
      assert.deepEqual(await emails(), ["ada@example.com", "bob@example.com"]);
      await browser.request(
        authorizeUrl(cloud, { ...second, logout_uri: "http://localhost:47810/signed-out" }, "/logout"),
      );
      assert.deepEqual(await emails(), ["ada@example.com", "nobody"]);
    } finally {
      await cloud.close();
    }
  });
});

describe("/logout", () => {
  let cloud: RunningCognito;
  before(async () => {
    cloud = await startCognito();
    await signUpThroughPages(cloud, "ada@example.com");
  });
  after(() => cloud.close());

  const signedIn = async () => {
    const browser = cloud.browser();
    await signInThroughPages(cloud, "ada@example.com", { browser });
    return browser;
  };
  const stillSignedIn = async (browser: Awaited<ReturnType<typeof signedIn>>) =>
    (await browser.request(authorizeUrl(cloud))).location?.startsWith(callback);

  it("[A.6] ends the session and goes to a registered logout_uri", async () => {
    const browser = await signedIn();
    const query = new URLSearchParams({ client_id: appClient().id, logout_uri: "http://localhost:47810/signed-out" });
    const page = await browser.request(`${cloud.hostedUi()}/logout?${query}`);
    assert.equal(page.status, 302);
    assert.equal(page.headers.get("location"), "http://localhost:47810/signed-out");
    assert.equal(await stillSignedIn(browser), false);
  });

  it("[A.6] with redirect_uri ends the session and shows the sign-in form, with all scopes filled in", async () => {
    const browser = await signedIn();
    const page = await browser.request(authorizeUrl(cloud, { scope: undefined }, "/logout"));
    const location = new URL(page.location!);
    assert.equal(location.pathname, "/login");
    assert.equal(location.searchParams.get("scope"), "openid email");
    assert.equal(location.searchParams.get("redirect_uri"), callback);
    assert.equal(await stillSignedIn(browser), false);
  });

  it("[A.6] goes nowhere else: an unregistered or an OIDC-style address ends on the error page, signed out all the same", async () => {
    for (const [query, error] of [
      [`client_id=${appClient().id}&logout_uri=http://evil.example/`, "redirect_mismatch"],
      [
        `client_id=${appClient().id}&post_logout_redirect_uri=http://evil.example/`,
        "Required String parameter 'redirect_uri' is not present",
      ],
    ] as const) {
      const browser = await signedIn();
      const page = await browser.request(`${cloud.hostedUi()}/logout?${query}`);
      assert.equal(new URL(page.location!).origin, cloud.hostedUi());
      assert.equal(new URL(page.location!).searchParams.get("error"), error);
      assert.equal(await stillSignedIn(browser), false);
    }
  });
});

describe("tokens of the implicit flow", () => {
  it("[A.2] [B.1–B.4] have Cognito's header, claims, order and spelling, and two keys sign them", async () => {
    const cloud = await startCognito();
    try {
      const page = await signUpThroughPages(cloud, "ada@example.com", { parameters: { nonce: "n-0S6" } });
      const { id_token, access_token } = redirectParameters(page.location);
      const id = decode(id_token);
      const access = decode(access_token);
      assert.deepEqual(Object.keys(id.header), ["kid", "alg"]);
      assert.deepEqual(Object.keys(id.claims), [
        "at_hash",
        "sub",
        "email_verified",
        "iss",
        "cognito:username",
        "nonce",
        "aud",
        "event_id",
        "token_use",
        "auth_time",
        "exp",
        "iat",
        "jti",
        "email",
      ]);
      assert.deepEqual(Object.keys(access.claims), [
        "sub",
        "iss",
        "version",
        "client_id",
        "event_id",
        "token_use",
        "scope",
        "auth_time",
        "exp",
        "iat",
        "jti",
        "username",
      ]);
      assert.ok(id.json.includes(cloud.issuer().replaceAll("/", "\\/")));
      assert.equal(id.claims.nonce, "n-0S6");
      assert.equal(id.claims["cognito:username"], id.claims.sub);
      assert.equal(id.claims.sub, access.claims.sub);
      assert.equal(access.claims.username, id.claims.sub);
      assert.match(String(id.claims.sub), /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
      assert.equal(id.claims.event_id, access.claims.event_id);
      assert.notEqual(id.claims.jti, access.claims.jti);
      assert.equal(id.claims.token_use, "id");
      assert.equal(access.claims.token_use, "access");
      assert.equal(access.claims.version, 2);
      assert.equal(id.claims.aud, appClient().id);
      assert.equal(access.claims.client_id, appClient().id);
      const now = Math.floor(cloud.clock.ms / 1000);
      for (const { claims } of [id, access]) {
        assert.equal(claims.iat, now);
        assert.equal(claims.auth_time, now);
        assert.equal(claims.exp, now + 3600);
        assert.equal(claims.iss, cloud.issuer());
      }
      const { createHash } = await import("node:crypto");
      const half = createHash("sha256").update(access_token!).digest().subarray(0, 16);
      assert.equal(id.claims.at_hash, half.toString("base64url"));
      assert.deepEqual([await signingKey(cloud, id_token!), await signingKey(cloud, access_token!)], [0, 1]);
    } finally {
      await cloud.close();
    }
  });
});
