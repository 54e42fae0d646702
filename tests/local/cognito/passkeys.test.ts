/**
 * Passkeys through the API, with a software authenticator that can lie
 * (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_StartWebAuthnRegistration.html and its companions).
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as sdk from "@aws-sdk/client-cognito-identity-provider";
import { totpAt } from "../../../local/cognito/accounts/totp.ts";
import type { UserPoolModel } from "../../../local/model.ts";
import { apiClient, ClientId, call, refusal, signIn, signUpAndConfirm, UserPoolId, withPool } from "./api-calls.ts";
import { Authenticator, type Changes, type CreationOptions, cbor, type RequestOptions } from "./authenticator.ts";
import { appClient, decode, type RunningCognito, signInThroughPages, startCognito, userPool } from "./harness.ts";

const ada = "ada@example.com";
const explicitAuthFlows = ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"];
const preferred: Partial<UserPoolModel> = {
  firstFactors: ["PASSWORD", "WEB_AUTHN"],
  passkeys: { relyingPartyId: undefined, userVerification: "preferred" },
  clients: [appClient({ explicitAuthFlows })],
};
const required: Partial<UserPoolModel> = {
  ...preferred,
  passkeys: { relyingPartyId: "localhost", userVerification: "required" },
};
const otherClient = "1234567890abcdefghijklmnop";

type Client = sdk.CognitoIdentityProviderClient;

/** A pool with somebody in it who is signed in. */
const withAda = (
  changes: Partial<UserPoolModel>,
  work: (cloud: RunningCognito, aws: Client, AccessToken: string) => Promise<void>,
) =>
  withPool(changes, async (cloud, aws) => {
    await signUpAndConfirm(cloud, aws, ada);
    await work(cloud, aws, (await signIn(aws, ada)).AccessToken!);
  });

async function start(aws: Client, AccessToken: string): Promise<CreationOptions> {
  const { CredentialCreationOptions } = await aws.send(new sdk.StartWebAuthnRegistrationCommand({ AccessToken }));
  return CredentialCreationOptions as unknown as CreationOptions;
}

const complete = (aws: Client, AccessToken: string, credential: Record<string, unknown>) =>
  aws.send(new sdk.CompleteWebAuthnRegistrationCommand({ AccessToken, Credential: credential as never }));

async function register(aws: Client, AccessToken: string, authenticator = new Authenticator(), changes: Changes = {}) {
  await complete(aws, AccessToken, authenticator.create(await start(aws, AccessToken), changes));
  return authenticator;
}

const list = async (aws: Client, AccessToken: string, more = {}) =>
  await aws.send(new sdk.ListWebAuthnCredentialsCommand({ AccessToken, ...more }));

const named = (name: string, message: RegExp) => (error: Error) => {
  assert.equal(error.name, name, error.message);
  assert.match(error.message, message);
  return true;
};

describe("registering a passkey", () => {
  it("[C.3] is offered with the members that AWS's own example has, for localhost", async () => {
    await withAda(preferred, async (_cloud, aws, token) => {
      const { challenge, user, ...options } = await start(aws, token);
      const { Username } = await aws.send(new sdk.GetUserCommand({ AccessToken: token }));
      assert.deepEqual(options, {
        authenticatorSelection: { requireResidentKey: true, residentKey: "required", userVerification: "preferred" },
        excludeCredentials: [],
        pubKeyCredParams: [
          { alg: -7, type: "public-key" },
          { alg: -257, type: "public-key" },
        ],
        rp: { id: "localhost", name: "localhost" },
        timeout: 60_000,
      });
      assert.equal(Buffer.from(challenge, "base64url").length, 32);
      assert.deepEqual([user.name, user.displayName], [Username, Username]);
    });
  });

  it("[C.3] is completed with keys of both kinds, listed a page at a time, excluded from the next one, and deleted", async () => {
    await withAda(preferred, async (cloud, aws, token) => {
      const first = await register(aws, token);
      cloud.clock.ms += 1000;
      const createdAt = cloud.clock.ms;
      const second = await register(aws, token, new Authenticator({ algorithm: -257 }), {
        members: { authenticatorAttachment: "cross-platform" },
      });
      const [one, two] = [first.passkeys[0]!, second.passkeys[0]!];
      const page = await list(aws, token, { MaxResults: 1 });
      assert.deepEqual(
        page.Credentials?.map(({ CredentialId }) => CredentialId),
        [one.id],
      );
      const rest = await list(aws, token, { NextToken: page.NextToken });
      assert.deepEqual(
        [rest.Credentials, rest.NextToken],
        [
          [
            {
              AuthenticatorAttachment: "cross-platform",
              AuthenticatorTransports: ["hybrid", "internal"],
              CreatedAt: new Date(createdAt),
              CredentialId: two.id,
              FriendlyCredentialName: "Roaming passkey",
              RelyingPartyId: "localhost",
            },
          ],
          undefined,
        ],
      );
      const { excludeCredentials } = await start(aws, token);
      assert.deepEqual(
        excludeCredentials,
        [one, two].map(({ id }) => ({ type: "public-key", id, transports: ["hybrid", "internal"] })),
      );
      const gone = { AccessToken: token, CredentialId: one.id };
      await aws.send(new sdk.DeleteWebAuthnCredentialCommand(gone));
      assert.deepEqual(
        (await list(aws, token)).Credentials?.map(({ CredentialId }) => CredentialId),
        [two.id],
      );
      await assert.rejects(
        aws.send(new sdk.DeleteWebAuthnCredentialCommand(gone)),
        refusal("ResourceNotFoundException", "The passkey does not exist."),
      );
    });
  });

  it("[C.3] wants a pool with passkeys and a relying party, and room for one more", async () => {
    await withAda({}, async (_cloud, aws, token) => {
      await assert.rejects(start(aws, token), named("WebAuthnNotEnabledException", /WEB_AUTHN is not among/));
    });
    await withAda({ ...preferred, domains: [] }, async (_cloud, aws, token) => {
      await assert.rejects(start(aws, token), named("WebAuthnConfigurationMissingException", /relyingPartyId/));
    });
    await withAda({ ...required, domains: [] }, async (_cloud, aws, token) => {
      const spare = await start(aws, token);
      for (let i = 0; i < 20; i += 1) await register(aws, token);
      await assert.rejects(start(aws, token), named("LimitExceededException", /20/));
      await assert.rejects(
        complete(aws, token, new Authenticator().create(spare)),
        named("LimitExceededException", /20/),
      );
      assert.equal((await list(aws, token)).Credentials?.length, 20);
    });
  });

  it("[C.3] wants the scope of a person's own account", async () => {
    await withAda(preferred, async (cloud) => {
      const { location } = await signInThroughPages(cloud, ada);
      const AccessToken = new URLSearchParams(new URL(location!).hash.slice(1)).get("access_token")!;
      for (const operation of [
        ...["StartWebAuthnRegistration", "CompleteWebAuthnRegistration"],
        ...["ListWebAuthnCredentials", "DeleteWebAuthnCredential"],
      ]) {
        const { body } = await call(cloud, operation, { AccessToken });
        assert.deepEqual(body, {
          __type: "NotAuthorizedException",
          message: "Access Token does not have required scopes",
        });
      }
    });
  });

  it("[C.3] takes each challenge once, for five minutes, from its user and its client alone", async () => {
    const clients = [appClient({ explicitAuthFlows }), appClient({ id: otherClient, name: "Other" })];
    await withAda({ ...preferred, clients }, async (cloud, aws, token) => {
      const notFound = named("WebAuthnChallengeNotFoundException", /expired/);
      const options = await start(aws, token);
      const credential = new Authenticator().create(options);
      await complete(aws, token, credential);
      await assert.rejects(complete(aws, token, credential), notFound);

      await signUpAndConfirm(cloud, aws, "eve@example.com");
      const eve = (await signIn(aws, "eve@example.com")).AccessToken!;
      await assert.rejects(complete(aws, eve, new Authenticator().create(await start(aws, token))), notFound);

      const made = new Authenticator();
      await assert.rejects(complete(aws, token, made.create(options, { challenge: "A".repeat(43) })), notFound);

      const { AuthenticationResult } = await aws.send(
        new sdk.InitiateAuthCommand({
          ClientId: otherClient,
          AuthFlow: "USER_PASSWORD_AUTH",
          AuthParameters: { USERNAME: ada, PASSWORD: "Correct-horse-7" },
        }),
      );
      await assert.rejects(
        complete(aws, AuthenticationResult!.AccessToken!, made.create(await start(aws, token))),
        named("WebAuthnClientMismatchException", /another app client/),
      );

      const late = await start(aws, token);
      cloud.clock.ms += 300_001;
      await assert.rejects(complete(aws, token, made.create(late)), notFound);

      const failed = await start(aws, token);
      const wrong = made.create(failed, { origin: "https://evil.example" });
      await assert.rejects(complete(aws, token, wrong), named("WebAuthnOriginNotAllowedException", /evil\.example/));
      await assert.rejects(complete(aws, token, made.create(failed)), notFound);
    });
  });

  it("[C.3] takes pages of localhost alone, and says where to open one of an address", async () => {
    await withAda(preferred, async (_cloud, aws, token) => {
      for (const origin of ["http://localhost", "https://localhost:8443", "http://app.localhost:3000"])
        await register(aws, token, new Authenticator({ origin }));
      for (const origin of [
        "http://127.0.0.1:5173",
        "https://localhost.evil.example",
        "https://evillocalhost",
        "http://localhost:5173/path",
        "http://localhost@evil.example",
        "android:apk-key-hash:abc",
        "file://localhost",
        "null",
        "",
      ])
        await assert.rejects(
          register(aws, token, new Authenticator({ origin })),
          named("WebAuthnOriginNotAllowedException", /open the page at http:\/\/localhost/),
          origin,
        );
      for (const clientData of [{ crossOrigin: true }, { topOrigin: "https://evil.example" }])
        await assert.rejects(
          register(aws, token, new Authenticator(), { clientData }),
          named("WebAuthnOriginNotAllowedException", /in a frame of another site/),
        );
    });
  });

  const unsupported = (message: RegExp) => named("WebAuthnCredentialNotSupportedException", message);

  it("[C.3] refuses a passkey of another relying party, a user who is not there, and one who is not verified where that is required", async () => {
    await withAda(preferred, async (_cloud, aws, token) => {
      const trying = (changes: Changes) => register(aws, token, new Authenticator(), changes);
      await assert.rejects(
        trying({ relyingPartyId: "example.com" }),
        named("WebAuthnRelyingPartyMismatchException", /localhost/),
      );
      await trying({ flags: 0x41 });
      await assert.rejects(trying({ flags: 0x44 }), unsupported(/not present/));
      await assert.rejects(trying({ flags: 0x05 }), unsupported(/Leftover|credential ID/));
    });
    await withAda(required, async (_cloud, aws, token) => {
      const { authenticatorSelection } = await start(aws, token);
      assert.equal(authenticatorSelection.userVerification, "required");
      await assert.rejects(
        register(aws, token, new Authenticator(), { flags: 0x41 }),
        unsupported(/could not be verified/),
      );
      await register(aws, token);
    });
  });

  it("[C.3] reads attestations that come without being asked for, and refuses those that prove nothing", async () => {
    const { sign } = await import("node:crypto");
    await withAda(preferred, async (_cloud, aws, token) => {
      const trying = (attestation: Changes["attestation"]) =>
        register(aws, token, new Authenticator(), { attestation: attestation! });
      const packed = (sig: Buffer, alg = -7) => ({
        fmt: "packed",
        attStmt: new Map<string, number | Buffer>([
          ["alg", alg],
          ["sig", sig],
        ]),
      });
      await trying((signed, key) => packed(sign("sha256", signed, key)));
      await assert.rejects(
        trying((signed, key) => packed(sign("sha256", signed.subarray(1), key))),
        unsupported(/not signed/),
      );
      await assert.rejects(
        trying(() => packed(Buffer.from("garbage"))),
        unsupported(/./),
      );
      await assert.rejects(
        trying(() => packed(Buffer.alloc(70), 99)),
        unsupported(/alg/),
      );
      await assert.rejects(
        trying(() => ({ fmt: "none", attStmt: new Map([["sig", Buffer.alloc(8)]]) })),
        unsupported(/None/),
      );
      await assert.rejects(
        trying(() => ({
          fmt: "packed",
          attStmt: new Map<string, number | Buffer | Buffer[]>([
            ["alg", -7],
            ["sig", Buffer.alloc(70)],
            ["x5c", [Buffer.from("not a certificate")]],
          ]),
        })),
        unsupported(/./),
      );
      for (const fmt of ["tpm", "apple", "android-key", "android-safetynet", "__proto__"])
        await assert.rejects(
          trying(() => ({ fmt, attStmt: new Map() })),
          unsupported(/format/),
        );
      for (const fmt of [7, Buffer.from("none")])
        await assert.rejects(
          trying(() => ({ fmt, attStmt: new Map() })),
          unsupported(/cannot be read/),
        );
    });
  });

  it("[C.3] survives attestations that are made to hurt", async () => {
    await withAda(preferred, async (_cloud, aws, token) => {
      const deep = Buffer.concat([Buffer.alloc(20_000, 0x81), Buffer.from([0])]);
      const claimed = Buffer.from([0x9b, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
      const prototype = cbor(new Map([["__proto__", new Map([["fmt", "none"]])]]));
      for (const attestationObject of [
        deep,
        claimed,
        prototype,
        cbor(7),
        cbor("fmt"),
        Buffer.from([0xff]),
        cbor(new Map()),
      ])
        await assert.rejects(
          register(aws, token, new Authenticator(), { attestationObject }),
          unsupported(/ its attestation cannot be read\.$|well formed/),
        );
      await assert.rejects(
        register(aws, token, new Authenticator(), { attestationObject: Buffer.alloc(40_000) }),
        named("InvalidParameterException", /attestationObject/),
      );
    });
  });

  it("[C.3] refuses a key that is on no curve, another algorithm, and an id that is not the authenticator's", async () => {
    await withAda(preferred, async (_cloud, aws, token) => {
      const alter = async (change: (object: Buffer) => Buffer) => {
        const credential = new Authenticator().create(await start(aws, token));
        const response = credential.response as Record<string, string>;
        const object = change(Buffer.from(response.attestationObject!, "base64url"));
        return complete(aws, token, {
          ...credential,
          response: { ...response, attestationObject: object.toString("base64url") },
        });
      };
      await assert.rejects(
        alter((object) => Buffer.concat([object.subarray(0, -32), Buffer.alloc(32, 7)])),
        unsupported(/./),
      );
      const es256 = Buffer.from([0x01, 0x02, 0x03, 0x26]);
      await assert.rejects(
        alter((object) => {
          object[object.indexOf(es256) + 3] = 0x27;
          return object;
        }),
        unsupported(/alg/),
      );
      const other = "AAAA";
      await assert.rejects(
        register(aws, token, new Authenticator(), { members: { id: other, rawId: other } }),
        unsupported(/its id/),
      );
    });
  });

  it("[C.3] keeps each passkey for one user of the pool", async () => {
    await withAda(preferred, async (cloud, aws, token) => {
      const id = Buffer.alloc(16, 5).toString("base64url");
      await register(aws, token, new Authenticator(), { id });
      await signUpAndConfirm(cloud, aws, "eve@example.com");
      const eve = (await signIn(aws, "eve@example.com")).AccessToken!;
      await assert.rejects(
        register(aws, eve, new Authenticator(), { id }),
        refusal("InvalidParameterException", "The passkey is already registered."),
      );
      await assert.rejects(
        aws.send(new sdk.DeleteWebAuthnCredentialCommand({ AccessToken: eve, CredentialId: id })),
        refusal("ResourceNotFoundException", "The passkey does not exist."),
      );
      assert.deepEqual((await list(aws, eve)).Credentials, []);
      assert.equal((await list(aws, token)).Credentials?.length, 1);
    });
  });

  it("[C.3] says which member of a credential is malformed, and reads no other", async () => {
    await withAda(preferred, async (cloud, aws, token) => {
      const made = (await register(aws, token)).create(await start(aws, token));
      const response = made.response as Record<string, string>;
      const trying = async (Credential: unknown) =>
        (await call(cloud, "CompleteWebAuthnRegistration", { AccessToken: token, Credential })).body;
      const malformed = async (Credential: unknown, what: RegExp) => {
        const { __type, message } = await trying(Credential);
        assert.equal(__type, "InvalidParameterException", message);
        assert.match(message, what);
      };
      assert.equal((await trying("{}")).__type, "SerializationException");
      await malformed(undefined, /Credential/);
      await malformed({}, /an object is missing/);
      await malformed({ ...made, response: [] }, /an object is missing/);
      await malformed({ ...made, id: "a b" }, /id is not base64url/);
      await malformed({ ...made, rawId: "AAAA" }, /rawId/);
      await malformed({ ...made, type: "password" }, /type/);
      await malformed({ ...made, response: { ...response, clientDataJSON: "e30" } }, /lacks type/);
      await malformed({ ...made, response: { ...response, clientDataJSON: "AAAA" } }, /is not JSON/);
      await malformed(
        { ...made, response: { ...response, attestationObject: 7 } },
        /attestationObject is not base64url/,
      );
      await malformed(JSON.parse(`{"__proto__":${JSON.stringify(made)}}`), /an object is missing/);
      await malformed({ ...made, response: JSON.parse(`{"__proto__":${JSON.stringify(response)}}`) }, /clientDataJSON/);
      const transports = ["internal", "__proto__", 7, { a: 1 }, "x".repeat(1000)];
      assert.deepEqual(await trying({ ...made, response: { ...response, transports } }), {});
      const kept = (await list(aws, token)).Credentials!.find(({ CredentialId }) => CredentialId === made.id);
      assert.deepEqual(kept!.AuthenticatorTransports, ["internal"]);
    });
  });

  it("[C.3] outlives a restart, and goes with the user", async () => {
    const folder = mkdtempSync(join(tmpdir(), "passkeys-"));
    try {
      const file = join(folder, "state.db");
      const before = await startCognito([userPool(preferred)], file);
      const aws = apiClient(before);
      await signUpAndConfirm(before, aws, ada);
      const token = (await signIn(aws, ada)).AccessToken!;
      const half = await start(aws, token);
      const authenticator = await register(aws, token);
      const putBack = before.service.checkpoint();
      const CredentialId = authenticator.passkeys[0]!.id;
      await aws.send(new sdk.DeleteWebAuthnCredentialCommand({ AccessToken: token, CredentialId }));
      putBack();
      aws.destroy();
      await before.close();

      const after = await startCognito([userPool(preferred)], file);
      const again = apiClient(after);
      const { AccessToken } = await signIn(again, ada);
      const [kept] = (await list(again, AccessToken!)).Credentials!;
      assert.equal(kept?.CredentialId, authenticator.passkeys[0]?.id);
      await complete(again, AccessToken!, new Authenticator().create(half));
      const asked = await ask(again);
      await answer(again, asked.Session, authenticator.get(asked.options));
      await again.send(new sdk.AdminDeleteUserCommand({ UserPoolId, Username: ada }));
      const { count } = after.store.db.prepare("SELECT count(*) AS count FROM cognito_passkeys").get() as {
        count: number;
      };
      assert.equal(count, 0);
      again.destroy();
      await after.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** `ChallengeName`, `Session` and the options in the challenge's parameters. */
async function ask(aws: Client, parameters: Record<string, string> = {}) {
  const asked = await aws.send(
    new sdk.InitiateAuthCommand({
      ...{ ClientId, AuthFlow: "USER_AUTH" },
      AuthParameters: { USERNAME: ada, PREFERRED_CHALLENGE: "WEB_AUTHN", ...parameters },
    }),
  );
  const options = asked.ChallengeParameters?.CREDENTIAL_REQUEST_OPTIONS;
  return { ...asked, options: options === undefined ? undefined! : (JSON.parse(options) as RequestOptions) };
}

const answer = (aws: Client, Session: string | undefined, credential: unknown, USERNAME = ada) =>
  aws.send(
    new sdk.RespondToAuthChallengeCommand({
      ...{ ClientId, ChallengeName: "WEB_AUTHN", Session },
      ChallengeResponses: { USERNAME, CREDENTIAL: JSON.stringify(credential) },
    }),
  );

/** The same, with one of ada's passkeys in the authenticator. */
const withPasskey = (
  changes: Partial<UserPoolModel>,
  work: (signIn: {
    cloud: RunningCognito;
    aws: Client;
    token: string;
    authenticator: Authenticator;
    /** A whole sign-in with the changes. */
    signInWith(changes?: Changes): Promise<sdk.RespondToAuthChallengeCommandOutput>;
  }) => Promise<void>,
  authenticator = new Authenticator(),
) =>
  withAda({ ...preferred, ...changes }, async (cloud, aws, token) => {
    await register(aws, token, authenticator);
    const signInWith = async (changes: Changes = {}) => {
      const { Session, options } = await ask(aws);
      return answer(aws, Session, authenticator.get(options, changes));
    };
    await work({ cloud, aws, token, authenticator, signInWith });
  });

const notProved = refusal("NotAuthorizedException", "The passkey does not sign this user in.");
const usedUp = refusal("NotAuthorizedException", "Invalid session for the user, session can only be used once.");

describe("signing in with a passkey", () => {
  it("[C.3] is offered to who has one, with the members that AWS's own example has", async () => {
    await withAda(preferred, async (_cloud, aws, token) => {
      const before = await ask(aws);
      assert.deepEqual(
        [before.ChallengeName, before.AvailableChallenges],
        ["SELECT_CHALLENGE", ["PASSWORD_SRP", "PASSWORD"]],
      );
      const { passkeys } = await register(aws, token);
      const { ChallengeName, AvailableChallenges, options } = await ask(aws);
      assert.deepEqual([ChallengeName, AvailableChallenges], ["WEB_AUTHN", ["PASSWORD_SRP", "PASSWORD", "WEB_AUTHN"]]);
      const { challenge, ...others } = options;
      assert.equal(Buffer.from(challenge, "base64url").length, 32);
      assert.deepEqual(Object.entries(others), [
        ["timeout", 180_000],
        ["rpId", "localhost"],
        ["allowCredentials", [{ type: "public-key", id: passkeys[0]!.id, transports: ["hybrid", "internal"] }]],
        ["userVerification", "preferred"],
      ]);
      const factors = await aws.send(new sdk.GetUserAuthFactorsCommand({ AccessToken: token }));
      assert.deepEqual(factors.ConfiguredUserAuthFactors, ["PASSWORD", "WEB_AUTHN"]);
    });
  });

  it("[C.3] gives tokens for a signature, of keys of both kinds, also when chosen from what there is", async () => {
    for (const algorithm of [-7, -257] as const)
      await withPasskey(
        {},
        async ({ aws, authenticator, signInWith }) => {
          const { AuthenticationResult } = await signInWith();
          const { claims } = decode(AuthenticationResult?.IdToken);
          assert.equal(claims.email, ada);
          const { Session } = await ask(aws, { PREFERRED_CHALLENGE: "SMS_OTP" });
          const chosen = await aws.send(
            new sdk.RespondToAuthChallengeCommand({
              ...{ ClientId, ChallengeName: "SELECT_CHALLENGE", Session },
              ChallengeResponses: { USERNAME: ada, ANSWER: "WEB_AUTHN" },
            }),
          );
          const options = JSON.parse(chosen.ChallengeParameters!.CREDENTIAL_REQUEST_OPTIONS!) as RequestOptions;
          const done = await answer(aws, chosen.Session, authenticator.get(options));
          assert.equal(decode(done.AuthenticationResult?.AccessToken).claims.sub, claims.sub);
        },
        new Authenticator({ algorithm }),
      );
  });

  it("[C.3] takes one answer for each challenge, right or wrong, while its session lasts", async () => {
    await withPasskey({}, async ({ cloud, aws, authenticator }) => {
      const first = await ask(aws);
      const right = authenticator.get(first.options);
      await answer(aws, first.Session, right);
      await assert.rejects(answer(aws, first.Session, right), usedUp);
      const second = await ask(aws);
      await assert.rejects(answer(aws, second.Session, right), notProved);
      await assert.rejects(answer(aws, second.Session, authenticator.get(second.options)), usedUp);
      const third = await ask(aws);
      cloud.clock.ms += 180_001;
      await assert.rejects(
        answer(aws, third.Session, authenticator.get(third.options)),
        refusal("NotAuthorizedException", "Invalid session for the user, session is expired."),
      );
    });
  });

  it("[C.3] believes nothing that is not signed for this page, this relying party and this challenge", async () => {
    await withPasskey({}, async ({ cloud, signInWith }) => {
      const reasons: [Changes, RegExp][] = [
        [{ origin: "http://127.0.0.1:5173" }, /open the page at http:\/\/localhost/],
        [{ origin: "https://evil.example" }, /evil\.example is not allowed/],
        [{ clientData: { crossOrigin: true } }, /in a frame/],
        [{ relyingPartyId: "example.com" }, /RP ID/],
        [{ type: "webauthn.create" }, /type/],
        [{ challenge: "A".repeat(43) }, /challenge/],
        [{ flags: 0b100 }, /not present/],
        [{ signature: () => Buffer.from("garbage") }, /./],
        [{ signature: (right) => Buffer.concat([right.subarray(0, -1), Buffer.from([right.at(-1)! ^ 1])]) }, /./],
        [{ userHandle: Buffer.from("somebody").toString("base64url") }, /another user/],
        [{ id: "AAAA" }, /no such passkey/],
        [{ id: "__proto__" }, /no such passkey/],
      ];
      for (const [changes, reason] of reasons) {
        await assert.rejects(signInWith(changes), notProved, JSON.stringify(changes));
        assert.match((cloud.events.at(-1) as { reason: string }).reason, reason);
      }
      await signInWith({ flags: 0b001 });
    });
    await withPasskey(required, async ({ signInWith }) => {
      await assert.rejects(signInWith({ flags: 0b001 }), notProved);
      await signInWith();
    });
  });

  it("[C.3] believes no passkey of somebody else, of another challenge, or one that was deleted meanwhile", async () => {
    await withPasskey({}, async ({ cloud, aws, token, authenticator }) => {
      await signUpAndConfirm(cloud, aws, "eve@example.com");
      const eve = (await signIn(aws, "eve@example.com")).AccessToken!;
      const hers = await register(aws, eve);
      const asked = await ask(aws);
      await assert.rejects(answer(aws, asked.Session, hers.get(asked.options)), notProved);

      const forEve = await ask(aws, { USERNAME: "eve@example.com" });
      await assert.rejects(
        answer(aws, forEve.Session, hers.get(forEve.options)),
        refusal("NotAuthorizedException", "Invalid session for the user."),
      );
      const [one, two] = [await ask(aws), await ask(aws)];
      await assert.rejects(answer(aws, one.Session, authenticator.get(two.options)), notProved);

      const last = await ask(aws);
      const CredentialId = authenticator.passkeys[0]!.id;
      await aws.send(new sdk.DeleteWebAuthnCredentialCommand({ AccessToken: token, CredentialId }));
      await assert.rejects(answer(aws, last.Session, authenticator.get(last.options)), notProved);
    });
  });

  it("[C.3] refuses a counter that does not grow, which a copy has, and takes authenticators that count nothing", async () => {
    await withPasskey({}, async ({ signInWith }) => {
      await signInWith({ counter: 5 });
      for (const counter of [5, 4, 0]) await assert.rejects(signInWith({ counter }), notProved);
      await signInWith({ counter: 6 });
    });
    await withPasskey(
      {},
      async ({ signInWith }) => {
        await signInWith();
        await signInWith();
      },
      new Authenticator({ counts: false }),
    );
  });

  it("[C.3] is not offered beside a second factor, nor to a name that nobody has, and lets nobody in who is disabled", async () => {
    await withPasskey({ mfa: "OPTIONAL", softwareTokenMfa: true }, async ({ cloud, aws, token, authenticator }) => {
      assert.deepEqual((await ask(aws, { USERNAME: "nobody@example.com" })).AvailableChallenges, [
        "PASSWORD_SRP",
        "PASSWORD",
      ]);
      const { Session, options } = await ask(aws);
      await aws.send(new sdk.AdminDisableUserCommand({ UserPoolId, Username: ada }));
      await assert.rejects(
        answer(aws, Session, authenticator.get(options)),
        refusal("NotAuthorizedException", "User is disabled."),
      );
      await aws.send(new sdk.AdminEnableUserCommand({ UserPoolId, Username: ada }));
      const { AccessToken } = await signIn(aws, ada);
      const { SecretCode } = await aws.send(new sdk.AssociateSoftwareTokenCommand({ AccessToken }));
      const UserCode = totpAt(SecretCode!, Math.floor(cloud.clock.ms / 30_000));
      await aws.send(new sdk.VerifySoftwareTokenCommand({ AccessToken, UserCode }));
      await aws.send(new sdk.SetUserMFAPreferenceCommand({ AccessToken, SoftwareTokenMfaSettings: { Enabled: true } }));
      assert.deepEqual((await ask(aws)).AvailableChallenges, ["PASSWORD_SRP", "PASSWORD"]);
      assert.ok(token);
    });
  });

  it("[C.3] is not taken for a second factor: who asks for that is refused", async () => {
    await withPasskey({ mfa: "OPTIONAL", softwareTokenMfa: true }, async ({ aws, token }) => {
      const settings = (Enabled: boolean) => ({ WebAuthnMfaSettings: { Enabled } });
      const refused = named("InvalidParameterException", /^WebAuthnMfaSettings is not served/);
      const own = (enabled: boolean) =>
        aws.send(new sdk.SetUserMFAPreferenceCommand({ AccessToken: token, ...settings(enabled) }));
      const administrators = new sdk.AdminSetUserMFAPreferenceCommand({ UserPoolId, Username: ada, ...settings(true) });
      await assert.rejects(own(true), refused);
      await assert.rejects(aws.send(administrators), refused);
      await own(false);
    });
  });

  it("[C.3] says which member of an answer is malformed, and lets the person try again", async () => {
    await withPasskey({}, async ({ cloud, aws, authenticator }) => {
      const { Session, options } = await ask(aws);
      const right = authenticator.get(options);
      const response = right.response as Record<string, string>;
      const malformed = async (CREDENTIAL: string | undefined, what: RegExp) => {
        const ChallengeResponses = { USERNAME: ada, CREDENTIAL };
        const { body } = await call(cloud, "RespondToAuthChallenge", {
          ...{ ClientId, ChallengeName: "WEB_AUTHN", Session, ChallengeResponses },
        });
        assert.equal(body.__type, "InvalidParameterException", body.message);
        assert.match(body.message, what);
      };
      await malformed(undefined, /CREDENTIAL/);
      await malformed("not JSON", /CREDENTIAL is not JSON/);
      await malformed("[]", /an object is missing/);
      await malformed(`{"__proto__":${JSON.stringify(right)}}`, /an object is missing/);
      await malformed(`${"[".repeat(50_000)}${"]".repeat(50_000)}`, /an object is missing|not JSON/);
      for (const name of ["clientDataJSON", "authenticatorData", "signature"])
        await malformed(JSON.stringify({ ...right, response: { ...response, [name]: "*" } }), new RegExp(name));
      await answer(aws, Session, right);
    });
  });
});
