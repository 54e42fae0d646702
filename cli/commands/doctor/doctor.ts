/**
 * Checks what a sign-in and a call stand on, in the order in which they would fail, without signing in or sending a token.
 */
import { createServer } from "node:net";
import { authorizationUrl, createSecrets } from "../../oauth/authorization-request.ts";
import { hostedUiOrigin } from "../../oauth/hosted-ui.ts";
import { loopbackRedirectUris } from "../../oauth/loopback-server.ts";
import { clockGraceSeconds } from "../../oauth/verify.ts";
import { displayName } from "../../sessions/session.ts";
import { SessionStore } from "../../sessions/store.ts";
import { noBrowserReason } from "../../shared/browser.ts";
import type { CommandContext } from "../../shared/command-context.ts";
import { CliError } from "../../shared/errors.ts";
import { LARGEST_API_ANSWER_BYTES, request, requestJson } from "../../shared/http.ts";
import { probeKeyring } from "../../shared/keyring.ts";
import { type NextStep, stepInWords } from "../../shared/next-step.ts";
import { safeText } from "../../shared/text.ts";
import type { World } from "../../shared/world.ts";
import { storageVariable, userConfig } from "../../targets/configuration.ts";
import { resolveTarget } from "../../targets/resolve.ts";
import { routeToTry, type Target, targetBinding } from "../../targets/target.ts";
import { explain } from "../../wording/explain.ts";

interface Finding {
  check: string;
  outcome: "ok" | "note" | "failed";
  detail: string;
  next?: NextStep | undefined;
}

/** @throws CliError `checks_failed` when any check failed, after all have been shown */
export async function doctor(io: CommandContext): Promise<void> {
  const findings: Finding[] = [];
  const tell = (finding: Finding) => {
    findings.push(finding);
    if (!io.out.json) io.out.text(inWords(io, finding));
  };
  const check = async (name: string, work: () => Promise<Omit<Finding, "check">>) => {
    try {
      tell({ check: name, ...(await work()) });
    } catch (error) {
      const known = explain(error);
      if (!(known instanceof CliError)) throw error;
      tell({ check: name, outcome: "failed", detail: known.message, next: known.next.find(isNew) });
    }
  };

  let target: Target | undefined;
  await check("configuration", async () => {
    ({ target } = await resolveTarget(io.world, io.flags, { refresh: true, warn: io.out.warn }));
    return ok(`${target.label}: ${target.issuer}, app client ${safeText(target.clientId)}, ${target.flow} flow`);
  });
  if (target) await checkTarget(io.world, target, check);
  await check("browser", async () => browserFinding(io.world));
  await check("storage", () => storageFinding(io));

  const failed = findings.filter(({ outcome }) => outcome === "failed");
  if (io.out.json) io.out.document({ ok: failed.length === 0, checks: findings.map((one) => forScripts(io, one)) });
  if (failed.length === 0) return;
  throw new CliError("checks_failed", `${failed.length === 1 ? "One check" : `${failed.length} checks`} failed.`, {
    next: failed[0]?.next ?? [],
  });
}

/** Nobody who reads this needs to be told to run it. */
const isNew = (step: NextStep) => typeof step === "string" || step.command !== "doctor";

type Check = (name: string, work: () => Promise<Omit<Finding, "check">>) => Promise<void>;

async function checkTarget(world: World, target: Target, check: Check): Promise<void> {
  await check("user pool keys", async () => {
    const keys = Object(
      await requestJson(world, "the user pool's keys", `${target.issuer}/.well-known/jwks.json`),
    ).keys;
    if (Array.isArray(keys) && keys.length > 0) return ok(`${keys.length} at ${target.issuer}`);
    return failed("The user pool shows no keys.", { say: "Check issuer, region and userPoolId", command: "config" });
  });
  await check("clock", () => clockFinding(world, target));
  await check("hosted UI", () => hostedUiFinding(world, target));
  await check("callback ports", () => portsFinding(target));
  if (target.apiUrl !== undefined) await check("API", () => apiFinding(world, target, target.apiUrl!));
  await check("session", async () => {
    const stored = await new SessionStore(world).read(targetBinding(target));
    if (!stored) return note("Nobody is signed in to this target.", { command: "login" });
    return ok(`${safeText(displayName(stored.session.user))}, in ${stored.storage.path}`);
  });
}

async function clockFinding(world: World, target: Target): Promise<Omit<Finding, "check">> {
  const response = await request(world, "the issuer", new URL(`${target.issuer}/.well-known/jwks.json`));
  const theirs = Date.parse(response.headers.date ?? "");
  if (Number.isNaN(theirs)) return note("The issuer does not tell its time.");
  const offBy = Math.round((world.now() - theirs) / 1000);
  if (Math.abs(offBy) <= clockGraceSeconds) return ok(`within ${Math.max(1, Math.abs(offBy))} s of the issuer's`);
  const direction = offBy > 0 ? "ahead of" : "behind";
  return failed(
    `This machine's clock is ${Math.abs(offBy)} s ${direction} the issuer's.`,
    "Set it, or turn on time synchronisation",
  );
}

/** Asks for a sign-in page as `login` would: Cognito answers with its login page, or says what is not registered. */
async function hostedUiFinding(world: World, target: Target): Promise<Omit<Finding, "check">> {
  const origin = await hostedUiOrigin(world, target.issuer, target.hostedUiUrl);
  const redirectUri = loopbackRedirectUris(target.callbackUrls)[0];
  if (!redirectUri) {
    return failed("No callback URL is on this machine.", "Register http://127.0.0.1:47810/callback on the app client");
  }
  const url = authorizationUrl(origin, { ...target, redirectUri }, createSecrets(world.randomBytes));
  const response = await request(world, "the hosted UI", url);
  const location = URL.parse(response.headers.location ?? "", url);
  const answer = new URLSearchParams(`${location?.search.slice(1) ?? ""}&${location?.hash.slice(1) ?? ""}`);
  const error = answer.get("error_description") ?? answer.get("error");
  if (error === "redirect_mismatch") {
    return failed(`${redirectUri} is not registered on the app client.`, "Register it and run pulumi up");
  }
  if (error)
    return failed(`The hosted UI at ${origin} refuses the request: ${safeText(error, 100)}.`, { command: "config" });
  if (response.status >= 400)
    return failed(`The hosted UI at ${origin} answers ${response.status}.`, {
      say: "Check hostedUiUrl",
      command: "config",
    });
  return ok(`${origin} takes ${redirectUri}`);
}

async function portsFinding(target: Target): Promise<Omit<Finding, "check">> {
  const ports = [...new Set(loopbackRedirectUris(target.callbackUrls).map((uri) => Number(new URL(uri).port || 80)))];
  const free: number[] = [];
  for (const port of ports) if (await isFree(port)) free.push(port);
  if (free.length > 0) return ok(`${free.length} of ${ports.length} registered are free: ${free.join(", ")}`);
  return failed(`No registered port is free: ${ports.join(", ") || "none is registered"}.`, "Stop what listens there");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}

async function apiFinding(world: World, target: Target, apiUrl: string): Promise<Omit<Finding, "check">> {
  const route = routeToTry(target.routes);
  const url = new URL(apiUrl + (route?.path ?? "/"));
  const response = await request(world, "the API", url, {
    headers: { accept: "application/json" },
    limit: LARGEST_API_ANSWER_BYTES,
  });
  if (!route) return ok(`${url.origin} answers`);
  if (response.status === 401) return ok(`GET ${url.href} refuses callers without a token`);
  if (response.status === 403) return failed(`GET ${url.href} is not there (403).`, "Has the stack changed? pulumi up");
  if (response.status < 300) return note(`GET ${url.href} lets anybody in.`);
  return failed(`GET ${url.href} answers ${response.status}.`, "See the API's log");
}

function browserFinding(world: World): Omit<Finding, "check"> {
  const reason = noBrowserReason(world);
  if (reason === undefined) return ok("login will open it");
  const why = {
    ssh: "This is an SSH session",
    ci: "This is a CI job",
    container: "This is a container",
    display: "There is no display",
  }[reason];
  return note(`${why}, so login prints the address instead.`);
}

async function storageFinding(io: CommandContext): Promise<Omit<Finding, "check">> {
  const { world } = io;
  const config = await userConfig(world, io.flags.config ?? world.env.DEMO_AUTH_CONFIG);
  const kind = storageVariable(world.env) ?? config.storage ?? "file";
  const store = new SessionStore(world);
  await store.probe();
  if (kind !== "keyring")
    return ok(`${kind === "none" ? "sessions are not kept" : "private files"} in ${store.directory}`);
  const keyring = await world.keyring();
  await probeKeyring(keyring, world.randomBytes);
  return ok(`files in ${store.directory}, sealed with ${keyring.name}`);
}

const ok = (detail: string): Omit<Finding, "check"> => ({ outcome: "ok", detail });
const note = (detail: string, next?: NextStep): Omit<Finding, "check"> => ({ outcome: "note", detail, next });
const failed = (detail: string, next: NextStep): Omit<Finding, "check"> => ({ outcome: "failed", detail, next });

/** The finding with its next step in words. */
function forScripts({ world, flags }: CommandContext, { next, ...finding }: Finding) {
  const typing = { invocation: world.invocation, targetFlags: flags };
  return { ...finding, ...(next && { next: stepInWords(typing, next) }) };
}

function inWords(io: CommandContext, finding: Finding): string {
  const { check, outcome, detail, next } = forScripts(io, finding);
  const sign = { ok: "✓", note: "·", failed: "✗" }[outcome];
  const more = next ? `\n  ${" ".repeat(14)} → ${next}` : "";
  return `${sign} ${check.padEnd(14)} ${detail}${more}\n`;
}
