/**
 * Devices that a pool tracks, as amazon-cognito-identity-js goes about them by itself
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-device-tracking.html).
 */
import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-cognito-identity-provider";
import * as legacy from "amazon-cognito-identity-js";
import { totpAt } from "../../../local/cognito/accounts/totp.ts";
import type { UserPoolModel } from "../../../local/model.ts";
import { ClientId, call, refusal, signIn, signUpAndConfirm, UserPoolId, withPool } from "./api-calls.ts";
import { decode, password, type RunningCognito } from "./harness.ts";
import { libraryUser } from "./library-user.ts";

const Username = "ada@example.com";
const always: Partial<UserPoolModel> = { devices: { replaceSecondFactor: true, onlyOnUserPrompt: false } };
const onPrompt: Partial<UserPoolModel> = { devices: { replaceSecondFactor: true, onlyOnUserPrompt: true } };
const withTotp: Partial<UserPoolModel> = { mfa: "OPTIONAL", softwareTokenMfa: true };

/** One browser: what the library keeps in it, and what it sends. */
function application(cloud: RunningCognito, storage = new Map<string, string>()) {
  const { account: user } = libraryUser(cloud, Username, storage);
  const stored = (name: string) => [...storage].find(([key]) => key.endsWith(`.${name}`));
  return { user, storage, stored, deviceKey: () => stored("deviceKey")?.[1] };
}

type Application = ReturnType<typeof application>;

interface SignedIn {
  session: legacy.CognitoUserSession;
  askToRemember: boolean | undefined;
}

const authenticate = ({ user }: Application, mfaCode?: () => string) =>
  new Promise<SignedIn>((resolve, reject) => {
    const callbacks: legacy.IAuthenticationCallback = {
      onSuccess: (session, askToRemember) => resolve({ session, askToRemember }),
      onFailure: reject,
      totpRequired: () =>
        mfaCode ? user.sendMFACode(mfaCode(), callbacks, "SOFTWARE_TOKEN_MFA") : reject(new Error("code wanted")),
    };
    user.authenticateUser(new legacy.AuthenticationDetails({ Username, Password: password }), callbacks);
  });

const refresh = ({ user }: Application, session: legacy.CognitoUserSession) =>
  new Promise<legacy.CognitoUserSession>((resolve, reject) =>
    user.refreshSession(session.getRefreshToken(), (error, refreshed) => (error ? reject(error) : resolve(refreshed))),
  );

const settled = <T>(work: (callbacks: { onSuccess: (result: T) => void; onFailure: (error: Error) => void }) => void) =>
  new Promise<T>((onSuccess, onFailure) => work({ onSuccess, onFailure }));

/** Every request of the work to the pool, as the library makes it; `change` may alter one on its way. */
async function watching<T>(
  work: () => Promise<T>,
  change: (body: Record<string, unknown>) => void = () => {},
): Promise<{ result: T; sent: Record<string, unknown>[] }> {
  const sent: Record<string, unknown>[] = [];
  const original = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const body = JSON.parse(String(init?.body));
    change(body);
    sent.push(body);
    return original(input, { ...init, body: JSON.stringify(body) });
  };
  try {
    return { result: await work(), sent };
  } finally {
    globalThis.fetch = original;
  }
}

const challengesIn = (sent: Record<string, unknown>[]) => sent.flatMap(({ ChallengeName }) => ChallengeName ?? []);

async function turnOnTotp(cloud: RunningCognito, aws: sdk.CognitoIdentityProviderClient): Promise<() => string> {
  const { AccessToken } = await signIn(aws, Username);
  const { SecretCode } = await aws.send(new sdk.AssociateSoftwareTokenCommand({ AccessToken }));
  const code = () => {
    cloud.clock.ms += 30_000;
    return totpAt(SecretCode!, Math.floor(cloud.clock.ms / 30_000));
  };
  await aws.send(new sdk.VerifySoftwareTokenCommand({ AccessToken, UserCode: code() }));
  const SoftwareTokenMfaSettings = { Enabled: true, PreferredMfa: true };
  await aws.send(new sdk.SetUserMFAPreferenceCommand({ AccessToken, SoftwareTokenMfaSettings }));
  return code;
}

describe("a pool that tracks devices", () => {
  it("[C.3] gives a device at the first sign-in, which proves its secret at the next", () =>
    withPool(always, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const app = application(cloud);
      const first = await authenticate(app);
      assert.equal(first.askToRemember, undefined);
      const key = app.deviceKey()!;
      assert.match(key, /^us-east-1_[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.match(app.stored("deviceGroupKey")![1], /^-[A-Za-z0-9]{8}$/);
      const { claims } = decode(first.session.getAccessToken().getJwtToken());
      assert.deepEqual(Object.keys(claims).slice(0, 3), ["sub", "device_key", "iss"]);
      assert.equal(claims.device_key, key);

      const { result, sent } = await watching(() => authenticate(app));
      assert.deepEqual(challengesIn(sent), ["PASSWORD_VERIFIER", "DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"]);
      assert.equal(result.session.getAccessToken().payload.device_key, key);
      const { Devices } = await aws.send(new sdk.AdminListDevicesCommand({ UserPoolId, Username }));
      assert.deepEqual(
        Devices?.map(({ DeviceKey }) => DeviceKey),
        [key],
      );
    }));

  it("[C.3] answers NewDeviceMetadata to whoever names no device, also by password and to administrators", () =>
    withPool(always, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const { NewDeviceMetadata, AccessToken } = await signIn(aws, Username);
      assert.deepEqual(Object.keys(NewDeviceMetadata!).sort(), ["DeviceGroupKey", "DeviceKey"]);
      assert.equal(decode(AccessToken!).claims.device_key, NewDeviceMetadata?.DeviceKey);
    }));

  it("[C.3] refreshes only for the confirmed device that signed in", () =>
    withPool(always, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const app = application(cloud);
      const { session } = await authenticate(app);
      const refreshed = await refresh(app, session);
      assert.equal(refreshed.getAccessToken().payload.device_key, app.deviceKey());

      const invalid = refusal("NotAuthorizedException", "Invalid Refresh Token");
      const byToken = (REFRESH_TOKEN: string, DEVICE_KEY?: string) =>
        aws.send(
          new sdk.InitiateAuthCommand({
            ClientId,
            AuthFlow: "REFRESH_TOKEN_AUTH",
            AuthParameters: { REFRESH_TOKEN, ...(DEVICE_KEY !== undefined && { DEVICE_KEY }) },
          }),
        );
      const token = session.getRefreshToken().getToken();
      await assert.rejects(byToken(token), invalid);
      const unconfirmed = await signIn(aws, Username);
      await assert.rejects(byToken(unconfirmed.RefreshToken!, unconfirmed.NewDeviceMetadata?.DeviceKey), invalid);
      await assert.rejects(byToken(token, unconfirmed.NewDeviceMetadata?.DeviceKey), invalid);

      const gets = (DeviceKey?: string) =>
        aws.send(new sdk.GetTokensFromRefreshTokenCommand({ ClientId, RefreshToken: token, DeviceKey }));
      await assert.rejects(gets(), invalid);
      assert.ok((await gets(app.deviceKey())).AuthenticationResult?.AccessToken);
    }));

  it("[C.3] asks the person where devices are remembered only on their word", () =>
    withPool({ ...onPrompt, ...withTotp }, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const code = await turnOnTotp(cloud, aws);
      const app = application(cloud);
      assert.equal((await authenticate(app, code)).askToRemember, true);

      const unremembered = await watching(() => authenticate(app, code));
      assert.deepEqual(challengesIn(unremembered.sent), [
        "PASSWORD_VERIFIER",
        "SOFTWARE_TOKEN_MFA",
        "DEVICE_SRP_AUTH",
        "DEVICE_PASSWORD_VERIFIER",
      ]);
      assert.equal(await settled<string>((done) => app.user.setDeviceStatusRemembered(done)), "SUCCESS");
      assert.ok((await authenticate(app)).session.isValid());
      assert.equal(await settled<string>((done) => app.user.setDeviceStatusNotRemembered(done)), "SUCCESS");
      await assert.rejects(authenticate(app), { message: "code wanted" });
    }));

  it("[C.3] takes a remembered device for the second factor only where ChallengeRequiredOnNewDevice says so", () =>
    withPool({ ...withTotp, devices: { replaceSecondFactor: false, onlyOnUserPrompt: false } }, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const code = await turnOnTotp(cloud, aws);
      const app = application(cloud);
      await authenticate(app, code);
      const { sent } = await watching(() => authenticate(app, code));
      assert.deepEqual(challengesIn(sent), [
        "PASSWORD_VERIFIER",
        "SOFTWARE_TOKEN_MFA",
        "DEVICE_SRP_AUTH",
        "DEVICE_PASSWORD_VERIFIER",
      ]);
    }));

  it("[C.3] says that a forgotten device does not exist, and the application signs in with a new one", () =>
    withPool(always, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const app = application(cloud);
      const { session } = await authenticate(app);
      const key = app.deviceKey()!;
      await aws.send(new sdk.AdminForgetDeviceCommand({ UserPoolId, Username, DeviceKey: key }));
      await assert.rejects(refresh(app, session), refusal("NotAuthorizedException", "Invalid Refresh Token"));

      const missing = refusal("ResourceNotFoundException", "Device does not exist.");
      const AuthParameters = { USERNAME: Username, PASSWORD: password, DEVICE_KEY: key };
      await assert.rejects(
        aws.send(new sdk.InitiateAuthCommand({ ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters })),
        missing,
      );
      const named = { UserPoolId, Username, DeviceKey: key };
      await assert.rejects(aws.send(new sdk.AdminGetDeviceCommand(named)), missing);
      await assert.rejects(aws.send(new sdk.AdminForgetDeviceCommand(named)), missing);

      app.storage.set(`CognitoIdentityServiceProvider.${ClientId}.${app.user.getUsername()}.deviceKey`, key);
      const { result, sent } = await watching(() => authenticate(app));
      assert.deepEqual(challengesIn(sent), ["PASSWORD_VERIFIER", "PASSWORD_VERIFIER"]);
      assert.notEqual(result.session.getAccessToken().payload.device_key, key);
    }));

  it("[C.3] does not believe a device with another secret, and looks at a proof once", () =>
    withPool(always, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const app = application(cloud);
      await authenticate(app);
      const { sent } = await watching(() => authenticate(app));
      const { status, body } = await call(cloud, "RespondToAuthChallenge", sent.at(-1)!);
      assert.deepEqual([status, body.__type], [400, "NotAuthorizedException"]);

      const [name] = app.stored("randomPasswordKey")!;
      app.storage.set(name, Buffer.alloc(40, 1).toString("base64"));
      const impostor = application(cloud, app.storage);
      await assert.rejects(authenticate(impostor), { message: "Incorrect username or password." });
    }));

  it("takes the device's answer without the session, which pycognito leaves out, but only after the password", () =>
    withPool(always, async (cloud, aws) => {
      const sub = await signUpAndConfirm(cloud, aws, Username);
      const app = application(cloud);
      await authenticate(app);
      const DEVICE_KEY = app.deviceKey()!;
      const expired = {
        __type: "NotAuthorizedException",
        message: "Invalid session for the user, session is expired.",
      };
      const alone = { ChallengeName: "DEVICE_SRP_AUTH", ClientId };
      const ChallengeResponses = { USERNAME: sub, DEVICE_KEY, SRP_A: "ab".repeat(384) };
      const before = await call(cloud, "RespondToAuthChallenge", { ...alone, ChallengeResponses });
      assert.deepEqual(before.body, expired);
      const { result } = await watching(
        () => authenticate(app),
        (body) => {
          if (String(body.ChallengeName).startsWith("DEVICE_")) delete body.Session;
        },
      );
      assert.ok(result.session.isValid());
      const after = await call(cloud, "RespondToAuthChallenge", { ...alone, ChallengeResponses });
      assert.deepEqual(
        [after.status, after.body.message],
        [400, "Invalid session for the user, session can only be used once."],
      );
    }));

  it("[C.3] lists, shows and forgets devices", () =>
    withPool(always, async (cloud, aws) => {
      const sub = await signUpAndConfirm(cloud, aws, Username);
      const app = application(cloud);
      const { session } = await authenticate(app);
      await authenticate(application(cloud));
      const key = app.deviceKey()!;
      const AccessToken = session.getAccessToken().getJwtToken();

      const { Device } = await aws.send(new sdk.GetDeviceCommand({ AccessToken, DeviceKey: key }));
      const attributes = Object.fromEntries(Device!.DeviceAttributes!.map(({ Name, Value }) => [Name, Value]));
      assert.match(attributes.device_name!, /Node/);
      assert.deepEqual(
        { ...attributes, device_name: undefined },
        {
          device_status: "valid",
          device_name: undefined,
          "dev:device_arn": `arn:aws:cognito-idp:us-east-1:000000000000:owner/${sub}.${UserPoolId}/device/${key}`,
          "dev:device_owner": `${sub}.${UserPoolId}`,
          "dev:device_remembered_status": "remembered",
          "dev:device_sdk": "aws-sdk-unknown-unknown",
        },
      );
      const one = await aws.send(new sdk.ListDevicesCommand({ AccessToken, Limit: 1 }));
      assert.equal(one.Devices?.length, 1);
      const { PaginationToken } = one;
      const two = await aws.send(new sdk.ListDevicesCommand({ AccessToken, Limit: 1, PaginationToken }));
      assert.equal(two.PaginationToken, undefined);
      assert.equal(new Set([...one.Devices!, ...two.Devices!].map(({ DeviceKey }) => DeviceKey)).size, 2);

      const named = { UserPoolId, Username, DeviceKey: key };
      const forget = { ...named, DeviceRememberedStatus: "not_remembered" } as const;
      await aws.send(new sdk.AdminUpdateDeviceStatusCommand(forget));
      const asAdministrator = await aws.send(new sdk.AdminGetDeviceCommand(named));
      assert.deepEqual(
        asAdministrator.Device?.DeviceAttributes?.find(({ Name }) => Name === "dev:device_remembered_status")?.Value,
        "not_remembered",
      );

      assert.equal(await settled<string>((done) => app.user.forgetDevice(done)), "SUCCESS");
      assert.equal((await aws.send(new sdk.ListDevicesCommand({ AccessToken }))).Devices?.length, 1);
    }));

  it("[C.3] refuses to confirm what it did not give, and a secret that is none", () =>
    withPool(always, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const { AccessToken, NewDeviceMetadata } = await signIn(aws, Username);
      const DeviceKey = NewDeviceMetadata?.DeviceKey;
      const secret = { Salt: "c2FsdA==", PasswordVerifier: "dmVyaWZpZXI=" };
      const confirm = (key: string | undefined, DeviceSecretVerifierConfig: typeof secret) =>
        aws.send(new sdk.ConfirmDeviceCommand({ AccessToken, DeviceKey: key, DeviceSecretVerifierConfig }));
      const unknown = refusal("InvalidParameterException", "Invalid device key given.");
      await assert.rejects(confirm("us-east-1_00000000-0000-4000-8000-000000000000", secret), unknown);
      for (const PasswordVerifier of ["", "AAAA", "not base64!", Buffer.alloc(386, 1).toString("base64")])
        await assert.rejects(confirm(DeviceKey, { ...secret, PasswordVerifier }), {
          name: "InvalidParameterException",
        });
      const { UserConfirmationNecessary } = await confirm(DeviceKey, secret);
      assert.equal(UserConfirmationNecessary, false);
      await assert.rejects(confirm(DeviceKey, secret), unknown);
    }));

  it("forgets the devices of somebody who is deleted", () =>
    withPool(always, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      await authenticate(application(cloud));
      await aws.send(new sdk.AdminDeleteUserCommand({ UserPoolId, Username }));
      assert.deepEqual(cloud.store.db.prepare("SELECT * FROM cognito_devices").all(), []);
    }));
});

describe("a pool that tracks no devices", () => {
  it("[C.3] gives none, and takes a device key that is null as amazon-cognito-identity-js sends it with a refresh", () =>
    withPool({}, async (cloud, aws) => {
      await signUpAndConfirm(cloud, aws, Username);
      const app = application(cloud);
      const { session } = await authenticate(app);
      assert.equal(app.deviceKey(), undefined);
      const { result, sent } = await watching(() => refresh(app, session));
      assert.deepEqual(Object.entries(sent[0]!.AuthParameters as object).at(-1), ["DEVICE_KEY", null]);
      assert.equal(result.getAccessToken().payload.device_key, undefined);
    }));
});
