/** The bare token for other programs; the only command that prints one. */
import { requireToken } from "../../sessions/access.ts";
import { SessionRefused } from "../../sessions/refusals.ts";
import type { TokenUse } from "../../sessions/session.ts";
import { SessionStore } from "../../sessions/store.ts";
import { type CommandContext, parseDuration, target as resolveTarget, usage } from "../../shared/command-context.ts";
import { CliError } from "../../shared/errors.ts";
import { commandLine } from "../../shared/next-step.ts";
import { readToken } from "../../shared/standard-input.ts";
import { duration } from "../../shared/text.ts";
import { type Target, targetBinding, tokenUseFor } from "../../targets/target.ts";
import { pipeInToken } from "./pipe-in.ts";

export interface TokenFlags {
  header?: boolean;
  type?: TokenUse;
  minValid?: string;
  group?: string[];
  scope?: string[];
  decode?: boolean;
  /** Only `-`. */
  token?: string;
}

/** @throws CliError when there is no session, or no token that is valid long enough */
export async function printToken(io: CommandContext<TokenFlags>): Promise<void> {
  const { flags, out } = io;
  const minimumValidityMs = flags.minValid === undefined ? undefined : parseDuration(flags.minValid);
  if (flags.token !== undefined && (flags.token !== "-" || !flags.decode))
    throw usage("--token takes only -, and goes with --decode: no token stands on a command line", pipeInToken);
  if (flags.token !== undefined && (flags.group || flags.scope))
    throw usage("--group and --scope are for a token that is given, not for one that is there", pipeInToken);
  if (flags.header && (flags.decode || out.json))
    throw usage(`--header goes without ${flags.decode ? "--decode" : "--json"}`, {
      command: "token",
      args: ["--header"],
    });
  if (flags.token === "-") {
    const token = await readToken(io, pipeInToken);
    if (minimumValidityMs !== undefined) await requireValidity(io, token, minimumValidityMs);
    const { showDecoded } = await import("./decode-token.ts");
    return showDecoded(io, token, await targetToAsk(io));
  }
  const { target } = await resolveTarget(io);
  const use = flags.type ?? tokenUseFor(target, undefined);
  const token = await tokenOf(io, target, use, minimumValidityMs);
  if (minimumValidityMs !== undefined) await requireValidity(io, token, minimumValidityMs);
  if (flags.decode) {
    const { showDecoded } = await import("./decode-token.ts");
    return showDecoded(io, token, target);
  }
  if (out.json) {
    const { decode } = await import("./decode-token.ts");
    const expiresAt = new Date(Number(decode(token).claims.exp) * 1000).toISOString();
    out.document({ type: use, token, expiresAt });
  } else out.data(flags.header ? `Authorization: Bearer ${token}\n` : `${token}\n`);
}

/** A token can be read without a target: only what its authorizer would say cannot be known then. */
async function targetToAsk(io: CommandContext): Promise<Target | CliError> {
  try {
    return (await resolveTarget(io)).target;
  } catch (error) {
    const isThere = io.flags.target === undefined && io.flags.profile === undefined;
    const codes = ["target_not_found", "target_ambiguous", "configuration_missing"];
    if (isThere && error instanceof CliError && codes.includes(error.code)) return error;
    throw error;
  }
}

async function tokenOf(
  io: CommandContext<TokenFlags>,
  target: Target,
  use: TokenUse,
  minimumValidityMs: number | undefined,
): Promise<string> {
  const { world, flags } = io;
  if (flags.as !== undefined && target.console !== undefined) return atOnce(io, target, use, flags.as);
  if (flags.group || flags.scope)
    throw usage("--group and --scope are for a token that a local cloud gives at once", atOnceLine(io));
  const store = new SessionStore(world);
  return (await requireToken(world, store, targetBinding(target), { use, minimumValidityMs })).token;
}

/** The line as it was meant. */
function atOnceLine({ world, flags }: CommandContext<TokenFlags>): string {
  const each = (option: string, values: string[] = []) => values.flatMap((value) => [option, value]);
  const target = flags.target?.startsWith("local") ? flags.target : "local";
  const args = [
    "--target",
    target,
    "--as",
    flags.as ?? "NAME",
    ...each("--group", flags.group),
    ...each("--scope", flags.scope),
  ];
  return commandLine({ invocation: world.invocation, targetFlags: {} }, "token", args);
}

/** Of whatever source the token is: a session's own is renewed before this. @throws CliError `token_expired` */
async function requireValidity({ world }: CommandContext, token: string, minimumValidityMs: number): Promise<void> {
  const { decode } = await import("./decode-token.ts");
  const leftMs = Number(decode(token).claims.exp) * 1000 - world.now();
  if (leftMs >= minimumValidityMs) return;
  const when =
    leftMs <= 0 ? `expired ${duration(-leftMs)} ago` : `expires in ${duration(leftMs)}, sooner than asked for`;
  throw new CliError("token_expired", `The token ${when}.`, {
    next: [
      { say: "Ask for less", command: "token", args: ["--min-valid", "1m"] },
      "Or have the app client's tokens last longer (idTokenValidity, accessTokenValidity), and deploy: npx pulumi up",
    ],
  });
}

/** A local cloud's token for anybody, without a sign-in; nothing is kept. */
async function atOnce({ world, flags }: CommandContext<TokenFlags>, target: Target, use: TokenUse, as: string) {
  const { issueLocalTokens } = await import("../../targets/local-tokens.ts");
  const tokens = await issueLocalTokens(world, target, { as, groups: flags.group, scopes: flags.scope });
  // Who asks for scopes wants the token that has them.
  const wanted = flags.type === undefined && flags.scope?.some((scope) => scope.includes("/")) ? "access" : use;
  const token = wanted === "id" ? tokens.idToken : tokens.accessToken;
  if (token) return token;
  throw new SessionRefused({ kind: "token-missing", code: "token_missing", use: wanted });
}
