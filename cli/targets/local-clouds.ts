/**
 * Local clouds that run on this machine. Each writes `<state home>/local/running/<pid>.json` while it runs, and
 * describes itself at `GET {console}/api/cloud`.
 */
import { readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { named } from "../../local/named.ts";
import { checkAddress, isLoopback } from "../oauth/addresses.ts";
import { CliError } from "../shared/errors.ts";
import { requestJson } from "../shared/http.ts";
import { readPrivateFile } from "../shared/private-files.ts";
import { type Surroundings, stateHome } from "../shared/state-home.ts";
import { safeText } from "../shared/text.ts";
import type { World } from "../shared/world.ts";
import { parseSettings, type TargetSettings } from "./settings.ts";

/** What a run file holds. */
export interface RunningCloud {
  pid: number;
  /** `http://127.0.0.1:<port>` */
  console: string;
  /** With --https: the file of the authority that signed its certificate. */
  certificateAuthority?: string;
  /** Where its users, keys and code are kept, unless it forgets them. */
  stateDirectory?: string;
  project: { name: string; stack: string; directory: string };
  /** What its APIs have, for completion, which asks nobody. */
  routes?: { method: string; path: string }[];
  startedAt: number | string;
}

export function runDirectory(from: Surroundings): string {
  return join(stateHome(from), "local", "running");
}

/**
 * Every cloud whose process lives. Run files of dead ones are removed.
 * @throws CliError `configuration_invalid` for a damaged run file whose process lives: that cloud would be missing in silence
 */
export async function runningClouds(world: World): Promise<RunningCloud[]> {
  const directory = runDirectory(world);
  const names = await readdir(directory).catch(() => []);
  const clouds: RunningCloud[] = [];
  for (const name of names.filter((entry) => entry.endsWith(".json")).sort()) {
    const file = join(directory, name);
    const cloud = parseRunFile(await readPrivateFile(world, file).catch(() => undefined));
    const pid = cloud ? cloud.pid : Number(/^\d+(?=\.json$)/.exec(name)?.[0]);
    if (!world.isAlive(pid)) await unlink(file).catch(() => undefined);
    else if (cloud) clouds.push(cloud);
    else throw damagedRunFile(file, pid);
  }
  return clouds;
}

/**
 * Those of them whose console can be reached. After a `kill -9` or a restart of the machine a run file stays, and another
 * process may have its number by then.
 * @throws CliError as `runningClouds` does
 */
export async function answeringClouds(world: World): Promise<RunningCloud[]> {
  const clouds = await runningClouds(world);
  const answering = await Promise.all(clouds.map(({ console }) => isListening(console)));
  return clouds.filter((_, at) => answering[at]);
}

async function isListening(origin: string): Promise<boolean> {
  const { connect } = await import("node:net");
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    const settle = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", (error: NodeJS.ErrnoException) => settle(error.code !== "ECONNREFUSED"));
    // Whoever is slow is there.
    socket.setTimeout(1000, () => settle(true));
  });
}

function damagedRunFile(file: string, pid: number): CliError {
  const message = `${file} is damaged: the local cloud of process ${pid} cannot be found by it.`;
  return new CliError("configuration_invalid", message, {
    next: `End that cloud, remove the file, and start it again: kill ${pid}; rm '${file}'`,
  });
}

/** e.g. `demo-auth/dev` */
export function cloudName(cloud: Pick<RunningCloud, "project">): string {
  return `${safeText(cloud.project.name, 60)}/${safeText(cloud.project.stack, 60)}`;
}

/** Asks a cloud what it serves. @throws CliError `network_failed` when its console does not answer */
export async function describeCloud(world: World, cloud: RunningCloud): Promise<CloudDescription> {
  await trustCloud(world, cloud);
  const description = Object(await requestJson(world, "the local cloud", `${cloud.console}/api/cloud`));
  refuseForeignAddresses(description, cloud);
  return description as CloudDescription;
}

/** With --https a cloud has an authority of its own. */
export async function trustCloud(world: World, { certificateAuthority }: RunningCloud): Promise<void> {
  if (certificateAuthority !== undefined) await world.trust(certificateAuthority);
}

/** A local cloud serves on this machine: an address elsewhere is nothing that it could vouch for. */
function refuseForeignAddresses(
  { userPools = [], apis = [], functionUrls = [] }: CloudDescription,
  cloud: RunningCloud,
): void {
  const addresses = [
    ...userPools.flatMap(({ issuer, hostedUi }) => (hostedUi === undefined ? [issuer] : [issuer, hostedUi])),
    ...apis.flatMap(({ stages }) => stages.map(({ url }) => url)),
    ...functionUrls.map(({ url }) => url),
  ];
  for (const address of addresses) {
    const checked = checkAddress(String(address));
    if (checked.ok && isLoopback(checked.url)) continue;
    throw new CliError(
      "configuration_invalid",
      `The local cloud at ${cloud.console} names an address of another machine: ${safeText(String(address), 200)}.`,
      { next: `Is that the cloud that you started? Its process is ${cloud.pid}` },
    );
  }
}

/** The part of the cloud's own description that a target needs. */
export interface CloudDescription {
  userPools?: {
    name: string;
    id: string;
    issuer: string;
    hostedUi?: string;
    clients: {
      name: string;
      id: string;
      flows: string[];
      scopes: string[];
      callbackUrls: string[];
      identityProviders?: string[];
    }[];
  }[];
  apis?: {
    name: string;
    id: string;
    stages: {
      name: string;
      url: string;
      routes: { method: string; path: string; scopes: string[]; authorization?: string }[];
    }[];
  }[];
  functionUrls?: { url: string }[];
  outputs?: Record<string, unknown>;
}

export interface Choices {
  /** App client, by name or id. */
  client?: string | undefined;
  /** API, by name, id, or `name/stage`. */
  api?: string | undefined;
}

/**
 * Settings of a cloud: the stack's own outputs where it has them, completed from what the cloud serves.
 * @throws CliError `target_ambiguous` when the program declares several and nothing says which
 */
export function cloudSettings(description: CloudDescription, choices: Choices): TargetSettings {
  const outputs = description.outputs ?? {};
  const declared = typeof outputs.clientId === "string" && typeof outputs.issuer === "string";
  const fromOutputs = declared ? parseSettings(outputs, "the stack's outputs") : {};
  const client = pickClient(description, choices.client ?? fromOutputs.clientId, declared && !choices.client);
  const stage = pickStage(description, choices.api, fromOutputs.apiUrl);
  const fromCloud: TargetSettings = {
    ...(client && {
      issuer: client.pool.issuer,
      clientId: client.id,
      ...(client.pool.hostedUi && { hostedUiUrl: client.pool.hostedUi }),
      callbackUrls: client.callbackUrls,
      scopes: client.scopes,
      ...(client.identityProviders && { identityProviders: client.identityProviders }),
      ...flowOf(client.flows),
    }),
    ...(stage && {
      apiUrl: stage.url.replace(/\/+$/, ""),
      routes: stage.routes.map(({ method, path, scopes, authorization }) => ({
        method,
        path,
        scopes,
        ...(authorization === "NONE" && { open: true }),
      })),
    }),
  };
  if (choices.client !== undefined) return fromCloud;
  const { apiUrl, routes, ...signIn } = fromOutputs;
  // The cloud knows each route's scopes; outputs may only name the routes.
  return { ...fromCloud, ...(stage ? {} : { ...(apiUrl && { apiUrl }), ...(routes && { routes }) }), ...signIn };
}

function flowOf(flows: readonly string[]): TargetSettings {
  if (flows.includes("code")) return { flow: "code" };
  return flows.includes("implicit") ? { flow: "implicit" } : {};
}

function pickClient(description: CloudDescription, wanted: string | undefined, optional: boolean) {
  const all = (description.userPools ?? []).flatMap((pool) => pool.clients.map((client) => ({ ...client, pool })));
  if (wanted !== undefined) {
    const byId = all.filter((client) => client.id === wanted);
    const found = byId.length > 0 ? byId : named(all, wanted);
    if (found.length === 1) return found[0];
    if (optional) return undefined;
    throw choice(
      found.length ? "Several app clients have that name" : "No app client has that name or id",
      all,
      "client",
    );
  }
  // Clients of machines have no people; one without any OAuth flow signs people in by the API.
  const pages = all.filter(({ flows }) => flows.includes("implicit") || flows.includes("code"));
  const candidates = pages.length > 0 ? pages : all.filter(({ flows }) => flows.length === 0);
  if (candidates.length > 1) throw choice("The program has several app clients", candidates, "client");
  return candidates[0];
}

function pickStage(description: CloudDescription, wanted: string | undefined, apiUrl: string | undefined) {
  const all = (description.apis ?? []).flatMap((api) =>
    api.stages.map((stage) => ({
      ...stage,
      stage: stage.name,
      id: api.id,
      name: `${api.name}/${stage.name}`,
    })),
  );
  if (wanted !== undefined) {
    const [api = "", stageName] = wanted.split("/");
    const apis = description.apis ?? [];
    const ids = new Set([...apis.filter(({ id }) => id === api), ...named(apis, api)].map(({ id }) => id));
    const found = all.filter(({ id, stage }) => ids.has(id) && (stageName === undefined || stage === stageName));
    if (found.length === 1) return found[0];
    throw choice(found.length ? "Several stages fit --api" : "No API fits --api", all, "api");
  }
  if (apiUrl !== undefined) return all.find((stage) => stage.url.replace(/\/+$/, "") === apiUrl);
  if (all.length > 1) throw choice("The program has several API stages", all, "api");
  return all[0];
}

function choice(what: string, all: readonly { name: string; id: string }[], option: "client" | "api"): CliError {
  const names = all.map((one) => `${safeText(one.name, 200)} (${safeText(one.id, 60)})`).join(", ");
  return new CliError("target_ambiguous", `${what}; there are: ${names || "none"}.`, {
    next: `Choose one with --${option} NAME`,
  });
}

function parseRunFile(text: string | undefined): RunningCloud | undefined {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as RunningCloud;
    const address = checkAddress(String(value.console));
    const { name, stack, directory } = value.project;
    const sound =
      Number.isSafeInteger(value.pid) &&
      address.ok &&
      isLoopback(address.url) &&
      [name, stack, directory].every((part) => typeof part === "string") &&
      [value.routes ?? []].flat().every(({ method, path }) => typeof method === "string" && typeof path === "string");
    return sound ? { ...value, console: address.url.origin } : undefined;
  } catch {
    return undefined;
  }
}
