/** An HTTP API with a JWT authorizer beside a REST API with a Cognito one: one cloud, one pool, one function. */
import { join } from "node:path";
import { amount, type Bench, inPairs } from "../bench.ts";
import { CONNECTIONS, type RequestLoad, sendRequests, sendRequestsWarm } from "../load/requests.ts";
import { type Runs, ratio } from "../measure/comparison.ts";
import { startCloud } from "../system/cloud.ts";
import { freePorts } from "../system/processes.ts";
import { repository } from "../system/workspace.ts";
import { prepareCloud } from "./preparation.ts";

/** Console, hosted UI and two APIs. */
const PORTS = 4;

export async function measureHttpApi(bench: Bench): Promise<void> {
  const project = join(repository, "bench/system/two-apis");
  const port = await freePorts(PORTS);
  const { options, tokens } = await prepareCloud(bench.workspace, { name: "http-api", project, port });
  bench.say("an HTTP API beside a REST API");
  const { ready, subject } = await startCloud(bench.workspace, options);
  const load = (kind: "REST" | "HTTP"): RequestLoad => {
    const [stage] = ready.apis.find((api) => api.kind === kind)!.stages;
    return { url: new URL(`${stage!.url}/transactions`), seconds: 1, status: 200, tokens };
  };
  const measured = (kind: "REST" | "HTTP") => async () => (await sendRequests(load(kind))).perSecond;
  let rates: Runs;
  try {
    // Both are warmed up; then they take turns of a second in the same process.
    for (const kind of ["REST", "HTTP"] as const) await sendRequestsWarm(load(kind));
    rates = await inPairs(amount(bench, 15, 8), measured("HTTP"), measured("REST"));
  } finally {
    await subject.stop();
  }
  const part = `Request, ${CONNECTIONS} connections`;
  // Below 1 for the noise of a machine alone: an HTTP API has no more to do.
  bench.report(
    ratio({ part, name: "authorized at an HTTP API, beside a REST API", goal: { atLeast: 0.95 }, unit: "/s" }, rates),
  );
}
