/** An HTTP API with a JWT authorizer beside a REST API with a Cognito one: one cloud, one pool, one function. */
import { join } from "node:path";
import { amount, type Bench, inPairs } from "../bench.ts";
import { CONNECTIONS, sendRequests } from "../load/requests.ts";
import { ratio } from "../measure/comparison.ts";
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
  const seconds = amount(bench, 5, 2);
  /** A fresh cloud, warmed up until V8 has compiled what is hot, and then measured. */
  const measured = (kind: "REST" | "HTTP") => async () => {
    const { ready, subject } = await startCloud(bench.workspace, options);
    try {
      const [stage] = ready.apis.find((api) => api.kind === kind)!.stages;
      const load = { url: new URL(`${stage!.url}/transactions`), seconds, status: 200, tokens };
      await sendRequests(load);
      return (await sendRequests(load)).perSecond;
    } finally {
      await subject.stop();
    }
  };

  bench.say("an HTTP API beside a REST API");
  const rates = await inPairs(bench.pairs, measured("HTTP"), measured("REST"));
  const part = `Request, ${CONNECTIONS} connections`;
  // Noise within one run of the machine, and no more: an HTTP API has less to do.
  bench.report(
    ratio({ part, name: "authorized at an HTTP API, beside a REST API", goal: { atLeast: 0.95 }, unit: "/s" }, rates),
  );
}
