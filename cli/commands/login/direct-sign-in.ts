/**
 * Signing in without a browser: with a password, as the app client itself, with tokens that came from elsewhere, or as
 * anybody at a local cloud. Whatever comes is verified as a browser's sign-in is.
 */
import type { Asked } from "../../oauth/password-sign-in.ts";
import type { TokenResponse } from "../../oauth/token-endpoint.ts";
import { claimedUse, verifyTokens } from "../../oauth/verify.ts";
import { clientSecretName, type Session, type SignInMethod } from "../../sessions/session.ts";
import { type CommandContext, usage } from "../../shared/command-context.ts";
import { CliError } from "../../shared/errors.ts";
import type { NextStep } from "../../shared/next-step.ts";
import { secretLines } from "../../shared/secret-lines.ts";
import type { StoragePreference } from "../../targets/configuration.ts";
import { issueLocalTokens } from "../../targets/local-tokens.ts";
import { type Target, targetBinding } from "../../targets/target.ts";
import type { DirectFlags } from "./direct-flags.ts";

interface Received extends TokenResponse {
  method: SignInMethod;
  hostedUi: string | undefined;
}

/**
 * @param storage where the session will be kept, and beside it in the keyring an app client's secret
 * @throws OAuthRefused when it is refused, or what came is not what it should be
 */
export async function signInDirectly(
  io: CommandContext<DirectFlags>,
  target: Target,
  storage: StoragePreference,
): Promise<Session> {
  const { world } = io;
  const received = await receive(io, target, storage);
  const verified = await verifyTokens(
    world,
    { issuer: target.issuer, clientId: target.clientId, nonce: undefined },
    received,
  );
  return {
    ...targetBinding(target),
    hostedUi: received.hostedUi,
    flow: received.method,
    idToken: received.idToken,
    accessToken: received.accessToken,
    refreshToken: received.refreshToken,
    user: verified.user,
    scopes: verified.scopes,
    idExpiresAt: verified.idExpiresAt,
    accessExpiresAt: verified.accessExpiresAt,
    signedInAt: world.now(),
  };
}

function receive(io: CommandContext<DirectFlags>, target: Target, storage: StoragePreference): Promise<Received> {
  if (io.flags.username !== undefined) return withPassword(io, target, io.flags.username);
  if (io.flags.clientCredentials) return withClientCredentials(io, target, storage);
  if (io.flags.withToken) return withTokens(io);
  return asAnybody(io, target, io.flags.as!);
}

const inWords: Record<Asked | "password" | "secret", string> = {
  password: "password",
  secret: "client secret",
  "new-password": "new password",
  "totp-code": "code of the authenticator app",
  "sms-code": "code that was sent by SMS",
  "email-code": "code that was mailed",
};

function secrets({ world, flags, out }: CommandContext) {
  const lines = secretLines(world, {
    input: flags.input !== false,
    ask: (what) => out.important(`Type the ${what} (it is not shown), then press Enter.`),
  });
  return {
    ask: (what: keyof typeof inWords) => lines.next(inWords[what]),
    hasNext: lines.hasNext,
  };
}

async function withPassword(io: CommandContext<DirectFlags>, target: Target, username: string): Promise<Received> {
  const { signInWithPassword } = await import("../../oauth/password-sign-in.ts");
  const { ask } = secrets(io);
  const { issuer, clientId } = target;
  const request = { issuer, clientId, username, password: await ask("password") };
  return { ...(await signInWithPassword(io.world, request, ask)), method: "password", hostedUi: undefined };
}

async function withClientCredentials(
  io: CommandContext<DirectFlags>,
  target: Target,
  storage: StoragePreference,
): Promise<Received> {
  const { hostedUiOrigin } = await import("../../oauth/hosted-ui.ts");
  const { clientToken } = await import("../../oauth/token-endpoint.ts");
  const { world } = io;
  const hostedUi = await hostedUiOrigin(world, target.issuer, target.hostedUiUrl);
  const { ask, hasNext } = secrets(io);
  const account = clientSecretName(targetBinding(target));
  const given = (await hasNext()) || world.stdin.isTTY ? await ask("secret") : undefined;
  const secret = given ?? (await keptSecret(io, account));
  const { clientId } = target;
  // What a person consents to is not for a client that acts for itself.
  const scopes = target.scopes.filter((scope) => scope.includes("/"));
  const tokens = await clientToken(world, hostedUi, { clientId, secret, scopes });
  if (given !== undefined && storage === "keyring") await (await world.keyring()).set(account, Buffer.from(given));
  return { ...tokens, method: "client_credentials", hostedUi };
}

async function keptSecret({ world }: CommandContext, account: string): Promise<string> {
  const kept = await (await world.keyring()).get(account);
  if (kept) return Buffer.from(kept).toString("utf8");
  throw new CliError("usage", "There is no client secret, neither on standard input nor in the keyring.", {
    next: {
      say: "Pipe it in; with --storage keyring it is kept for the next time",
      command: "login",
      args: ["--client-credentials"],
    },
  });
}

const pipeIn: NextStep = {
  say: "Pipe in an ID token, an access token, both one a line, or a token endpoint's JSON",
  command: "login",
  args: ["--with-token"],
};

/** Tokens one a line, or the JSON of a token endpoint or of the user pool's API. */
async function withTokens(io: CommandContext<DirectFlags>): Promise<Received> {
  const { readToken } = await import("../../shared/standard-input.ts");
  const text = await readToken(io, pipeIn);
  return { ...parseTokens(text), method: "token", hostedUi: undefined, refreshToken: undefined };
}

function parseTokens(text: string): { idToken: string | undefined; accessToken: string | undefined } {
  if (text.startsWith("{")) {
    let value: Record<string, unknown>;
    try {
      value = Object(JSON.parse(text));
    } catch {
      throw usage("Standard input is neither a token nor JSON", pipeIn);
    }
    const result = Object(value.AuthenticationResult ?? value) as Record<string, unknown>;
    const one = (...names: string[]) => names.map((name) => result[name]).find((item) => typeof item === "string");
    return {
      idToken: one("id_token", "IdToken", "idToken") as string | undefined,
      accessToken: one("access_token", "AccessToken", "accessToken") as string | undefined,
    };
  }
  const tokens = text.split(/\s+/).map((token) => ({ token, use: claimedUse(token) }));
  if (tokens.some(({ use }) => use === undefined))
    throw usage("Standard input holds something that is neither an ID nor an access token", pipeIn);
  const of = (use: string) => tokens.find((one) => one.use === use)?.token;
  return { idToken: of("id"), accessToken: of("access") };
}

async function asAnybody(io: CommandContext<DirectFlags>, target: Target, name: string): Promise<Received> {
  const tokens = await issueLocalTokens(io.world, target, { as: name });
  return { ...tokens, method: target.flow, hostedUi: target.hostedUiUrl };
}
