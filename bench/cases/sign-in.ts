/** Whole sign-ins: the page, the password, the tokens. Their rate has to stay what it was, and so does the memory. */
import { setTimeout as wait } from "node:timers/promises";
import { amount, type Bench } from "../bench.ts";
import { signInAgainAndAgain } from "../load/generate.ts";
import { CONNECTIONS } from "../load/requests.ts";
import { lastTenthOverFirst } from "../measure/statistics.ts";
import { startCloud } from "../system/cloud.ts";
import { cognitoLocalState, launchCognitoLocal, peerVersion } from "../system/peers.ts";
import { SETTLE_MS } from "../system/processes.ts";
import { authorizeUrl, prepareCloud } from "./preparation.ts";

const PART = "Sign-in through the pages, 10 people at once";

export async function measureSignIns(bench: Bench): Promise<void> {
  const signIns = amount(bench, 5000, 300);
  const people = amount(bench, 500, 100);
  const prepared = await prepareCloud(bench.workspace, { name: "sign-in" }, { users: people });
  const { clientId, users } = prepared;

  bench.say(`${signIns} sign-ins`);
  const cloud = await startCloud(bench.workspace, prepared.options);
  const client = { clientId, redirectUri: cloud.pool.clients[0]!.callbackUrls[0]! };
  const load = {
    kind: "demo-auth",
    authorize: authorizeUrl(cloud),
    ...client,
    users,
    connections: CONNECTIONS,
  } as const;
  const firstTime = await signInAgainAndAgain({ ...load, signIns: people });
  await wait(SETTLE_MS);
  const memoryBefore = cloud.subject.memory();
  const own = await signInAgainAndAgain({ ...load, signIns });
  const memoryUnder = cloud.subject.memory();
  await wait(SETTLE_MS);
  const memoryAfter = cloud.subject.memory();
  await cloud.subject.stop();

  const beside = `cognito-local ${peerVersion("cognito-local")}`;
  bench.say(`${signIns} sign-ins with cognito-local`);
  const state = cognitoLocalState(bench.workspace, "sign-in", users.length);
  const { subject, url } = await launchCognitoLocal(state);
  let other: typeof own;
  try {
    await subject.answers(url.href, (status) => status === 200);
    const { origin } = url;
    const peerLoad = { ...load, kind: "cognito-local", authorize: `${origin}/oauth2/authorize`, ...state } as const;
    const otherFirst = await signInAgainAndAgain({ ...peerLoad, signIns: people });
    bench.report({
      part: PART,
      name: `each of ${people} people for the first time, beside ${beside} (keeps passwords in clear)`,
      own: `${Math.round(firstTime.perSecond)}/s`,
      other: `${Math.round(otherFirst.perSecond)}/s`,
      value: firstTime.perSecond / otherFirst.perSecond,
      unit: "times",
      goal: undefined,
      samples: { own: [firstTime.perSecond], other: [otherFirst.perSecond] },
    });
    other = await signInAgainAndAgain({ ...peerLoad, signIns });
  } finally {
    await subject.stop();
  }

  bench.report({
    part: PART,
    name: `${signIns.toLocaleString("en-US")} by the same people, beside ${beside}`,
    own: `${Math.round(own.perSecond)}/s`,
    other: `${Math.round(other.perSecond)}/s`,
    value: own.perSecond / other.perSecond,
    unit: "times",
    goal: { atLeast: 3 },
    samples: { own: [own.perSecond], other: [other.perSecond] },
  });
  bench.report({
    part: PART,
    name: `the last tenth of ${signIns.toLocaleString("en-US")} beside the first`,
    own: "",
    other: `${lastTenthOverFirst(other.moments).toFixed(2)} × with cognito-local`,
    value: lastTenthOverFirst(own.moments),
    unit: "times",
    goal: { atLeast: 0.9 },
    samples: { own: tenths(own.moments), other: tenths(other.moments) },
  });
  bench.report({
    part: PART,
    name: `memory at rest after them (${megabytes(memoryUnder)} before it comes to rest), beside at rest before`,
    own: megabytes(memoryAfter),
    other: megabytes(memoryBefore),
    value: memoryAfter / memoryBefore,
    unit: "times",
    goal: { atMost: 1.3 },
  });
}

/** Sign-ins a second, in each tenth. */
function tenths(moments: readonly number[]): number[] {
  const size = Math.floor(moments.length / 10);
  return Array.from({ length: 10 }, (_, index) => {
    const begin = index === 0 ? 0 : moments[index * size - 1]!;
    return size / ((moments[(index + 1) * size - 1]! - begin) / 1000);
  });
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MB`;
