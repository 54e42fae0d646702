/**
 * Asks an API's authorizer what it makes of a token: API Gateway's TestInvokeAuthorizer
 * (https://docs.aws.amazon.com/apigateway/latest/api/API_TestInvokeAuthorizer.html). It takes ID tokens only, there as here.
 */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { requireToken } from "../../sessions/access.ts";
import { SessionStore } from "../../sessions/store.ts";
import { type CommandContext, target as resolveTarget, usage } from "../../shared/command-context.ts";
import { CliError } from "../../shared/errors.ts";
import { request } from "../../shared/http.ts";
import { installedProgram } from "../../shared/installed-program.ts";
import type { NextStep } from "../../shared/next-step.ts";
import { deletePrivateFile, writePrivateFile } from "../../shared/private-files.ts";
import { readToken } from "../../shared/standard-input.ts";
import { stateHome } from "../../shared/state-home.ts";
import { safeBlock, safeText } from "../../shared/text.ts";
import type { World } from "../../shared/world.ts";
import { describeCloud, runningClouds } from "../../targets/local-clouds.ts";
import { type Target, targetBinding } from "../../targets/target.ts";

export interface AuthorizerFlags {
  /** Only `-`. */
  token?: string;
  authorizer?: string;
}

interface Authorizer {
  id: string;
  name: string;
}

interface TestResult {
  /** 0 when the token passed. */
  clientStatus: number;
  claims?: Record<string, string>;
  log?: string;
}

/** Where the authorizers of one API are, and how to ask one. */
interface ControlPlane {
  authorizers(): Promise<Authorizer[]>;
  test(authorizerId: string, token: string): Promise<TestResult>;
}

/** @throws CliError `api_unauthorized` when the authorizer refuses the token */
export async function testAuthorizer(io: CommandContext<AuthorizerFlags>): Promise<void> {
  const { out, flags } = io;
  const { target } = await resolveTarget(io);
  const controlPlane = target.kind === "local" ? await localControlPlane(io, target) : awsControlPlane(io, target);
  const authorizer = pick(await controlPlane.authorizers(), flags.authorizer);
  const token = await tokenToTest(io, target);
  const result = await controlPlane.test(authorizer.id, token);
  const passed = result.clientStatus === 0;
  if (out.json)
    out.document({ authorizer: { id: authorizer.id, name: authorizer.name }, passed, claims: result.claims ?? null });
  else if (passed) {
    out.note(
      `${out.mark("green", "✓")} ${safeText(authorizer.name, 60)} (${safeText(authorizer.id, 30)}) lets the token pass. It found:`,
    );
    out.text(
      Object.entries(result.claims ?? {})
        .map(([name, value]) => `${safeText(name).padEnd(18)} ${safeText(String(value), 500)}\n`)
        .join(""),
    );
  }
  if (passed) return;
  if (result.log) out.note(safeBlock(result.log.trimEnd()));
  throw new CliError(
    "api_unauthorized",
    `The authorizer ${safeText(authorizer.name, 60)} refuses the token (${result.clientStatus}).`,
    {
      next: { say: "An authorizer's test takes ID tokens only. Sign in again", command: "login", args: ["--force"] },
    },
  );
}

async function tokenToTest(io: CommandContext<AuthorizerFlags>, target: Target): Promise<string> {
  const { world, flags } = io;
  if (flags.token === undefined) {
    const request = { use: "id", minimumValidityMs: undefined } as const;
    return (await requireToken(world, new SessionStore(world), targetBinding(target), request)).token;
  }
  const next: NextStep = { say: "Pipe it in", command: "authorizer", args: ["test", "--token", "-"] };
  // A token among the arguments would be seen by every program on the machine.
  if (flags.token !== "-") throw usage("--token takes only -, so that no token stands on a command line", next);
  return readToken(io, next);
}

function pick(authorizers: Authorizer[], wanted: string | undefined): Authorizer {
  const fitting =
    wanted === undefined ? authorizers : authorizers.filter(({ id, name }) => id === wanted || name === wanted);
  if (fitting.length === 1) return fitting[0]!;
  const names = authorizers.map(({ id, name }) => `${safeText(name, 60)} (${safeText(id, 30)})`).join(", ");
  throw new CliError(
    "target_ambiguous",
    `${fitting.length === 0 ? "No authorizer fits" : "The API has several authorizers"}; there are: ${names || "none"}.`,
    {
      next:
        authorizers.length === 0
          ? { command: "config" }
          : authorizers.map(
              ({ name }): NextStep => ({
                command: "authorizer",
                args: ["test", "--authorizer", safeText(name, 200)],
              }),
            ),
    },
  );
}

async function localControlPlane({ world }: CommandContext, target: Target): Promise<ControlPlane> {
  const { console, api } = await findLocalApi(world, target);
  return {
    authorizers: async () => api.authorizers,
    async test(id, token) {
      const url = new URL(`${console}/restapis/${api.id}/authorizers/${encodeURIComponent(id)}`);
      const body = JSON.stringify({ headers: { Authorization: token } });
      const headers = { "content-type": "application/json" };
      const answer = await request(world, "the local cloud", url, { method: "POST", headers, body });
      return parseResult(answer.body.toString("utf8"), answer.status === 200);
    },
  };
}

interface LocalApi {
  id: string;
  authorizers: Authorizer[];
  stages: { url: string }[];
}

/** The running cloud that serves the target's API, and that API. */
async function findLocalApi(world: World, target: Target): Promise<{ console: string; api: LocalApi }> {
  for (const cloud of await runningClouds(world)) {
    const { apis = [] } = (await describeCloud(world, cloud).catch(() => ({}))) as { apis?: LocalApi[] };
    const api = apis.find(({ stages }) => stages.some(({ url }) => url === target.apiUrl));
    if (api) return { console: cloud.console, api };
  }
  throw new CliError("configuration_missing", "No local cloud serves the target's API.", {
    next: { command: "config" },
  });
}

/** The AWS command line signs requests with whatever credentials the person has; the token goes by a private file. */
function awsControlPlane({ world }: CommandContext, target: Target): ControlPlane {
  const [, apiId, region] =
    /^https:\/\/([a-z0-9]+)\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\//.exec(`${target.apiUrl}/`) ?? [];
  if (!apiId || !region) {
    throw new CliError(
      "configuration_invalid",
      `${safeText(target.apiUrl ?? "The target")} is no address of API Gateway's own, so its authorizers cannot be asked for.`,
      {
        next: "Use a target whose apiUrl is API Gateway's own: export DEMO_AUTH_API_URL=https://<id>.execute-api.<region>.amazonaws.com/<stage>",
      },
    );
  }
  const aws = async (operation: string, ...args: string[]): Promise<string> => {
    const all = ["apigateway", operation, "--rest-api-id", apiId, "--region", region, "--output", "json", ...args];
    const options = { directory: world.workingDirectory, env: world.env };
    const result = await world.run(installedProgram(world, "aws") ?? "aws", all, options).catch((error: Error) => {
      throw new CliError("command_not_runnable", `The AWS command line could not be run: ${safeText(error.message)}.`, {
        next: "Install it: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
      });
    });
    if (result.code === 0) return result.stdout;
    throw new CliError(
      "configuration_invalid",
      `aws apigateway ${operation} failed: ${safeText(result.stderr.trim(), 400)}`,
      {
        next: "Check your credentials: aws sts get-caller-identity",
      },
    );
  };
  return {
    async authorizers() {
      const { items = [] } = JSON.parse(await aws("get-authorizers")) as { items?: Authorizer[] };
      return items;
    },
    test: (id, token) =>
      withInputFile(world, { headers: { Authorization: token } }, async (file) =>
        parseResult(
          await aws("test-invoke-authorizer", "--authorizer-id", id, "--cli-input-json", `file://${file}`),
          true,
        ),
      ),
  };
}

async function withInputFile<T>(world: World, input: unknown, work: (file: string) => Promise<T>): Promise<T> {
  const file = join(stateHome(world), "input", `${randomUUID()}.json`);
  await writePrivateFile(world, file, JSON.stringify(input));
  try {
    return await work(file);
  } finally {
    await deletePrivateFile(world, file);
  }
}

function parseResult(text: string, ok: boolean): TestResult {
  try {
    const result = JSON.parse(text) as TestResult & { message?: string };
    if (ok && typeof result.clientStatus === "number") return result;
    throw new Error(result.message ?? "no clientStatus");
  } catch (error) {
    throw new CliError("api_refused", `The authorizer could not be tested: ${safeText((error as Error).message)}.`, {
      next: { say: "See which API is asked", command: "config" },
    });
  }
}
