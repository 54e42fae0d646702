/** What a person waits for at the prompt: each command beside an empty Node script, and beside what people use instead. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { signUpAndIn } from "../../cli/commands/tour/person.ts";
import { systemWorld } from "../../cli/shared/world.ts";
import { type Bench, inPairs } from "../bench.ts";
import { difference, ratio } from "../measure/comparison.ts";
import { absentFigure } from "../measure/figure.ts";
import { startCloud } from "../system/cloud.ts";
import { Subject, timeToEnd } from "../system/processes.ts";
import { prepareCloud } from "./preparation.ts";

const PART = "Command line";

export async function measureCommandLine(bench: Bench): Promise<void> {
  const { workspace } = bench;
  const prepared = await prepareCloud(workspace, { name: "command-line" });
  const cloud = await startCloud(workspace, prepared.options);
  const env = { DEMO_AUTH_HOME: cloud.home, CI: "true" };
  const run = (...args: string[]) =>
    timeToEnd(process.execPath, [workspace.cli, ...args], { cwd: workspace.project, env });
  const empty = join(workspace.directory, "empty.mjs");
  const sdk = join(workspace.directory, "sdk.mjs");
  writeFileSync(empty, "");
  writeFileSync(
    sdk,
    'import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";\nnew CognitoIdentityProviderClient({ region: "us-east-1" });\n',
  );
  const emptyScript = () => timeToEnd(process.execPath, [empty]);
  const times = bench.pairs * 3;
  try {
    await signIn(bench, cloud.ready.console, env, workspace.project);

    for (const [args, goal] of [
      [["--version"], { atMost: 15 }],
      [["--help"], undefined],
      [["status"], undefined],
      [["token"], undefined],
      [["call", "/transactions"], undefined],
    ] as const) {
      bench.say(`demo-auth ${args.join(" ")}`);
      await run(...args);
      const runs = await inPairs(times, () => run(...args), emptyScript);
      bench.report(difference({ part: PART, name: `${args.join(" ")}, over an empty script`, goal }, runs));
    }

    bench.say("a script that loads the AWS SDK unbundled");
    const unbundled = await inPairs(
      times,
      () => run("token"),
      () => timeToEnd(process.execPath, [sdk]),
    );
    const loading = "token, beside only loading the AWS SDK's Cognito client";
    bench.report(ratio({ part: PART, name: loading }, unbundled));

    bench.say("a script that does the same request with fetch");
    const token = execFileSync(process.execPath, [workspace.cli, "token"], {
      cwd: workspace.project,
      env: { ...process.env, ...env },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
    const fetching = join(workspace.directory, "fetch.mjs");
    writeFileSync(
      fetching,
      `const answer = await fetch("${cloud.api.href}", { headers: { authorization: "Bearer " + process.env.TOKEN } });\nprocess.stdout.write(await answer.text());\n`,
    );
    const fetched = await inPairs(
      times,
      () => run("call", "/transactions"),
      () => timeToEnd(process.execPath, [fetching], { env: { TOKEN: token } }),
    );
    const fetchAlone = "call, over a script that fetches the same with the token at hand";
    bench.report(difference({ part: PART, name: fetchAlone, goal: { atMost: 25 } }, fetched));

    if (!hasCommand("curl")) bench.report(absentFigure(PART, "call, beside curl", "no curl on this machine"));
    else {
      bench.say("curl");
      const header = join(workspace.directory, "curl-header");
      writeFileSync(header, `Authorization: Bearer ${token}\n`, { mode: 0o600 });
      const runs = await inPairs(
        times,
        () => run("call", "/transactions"),
        () => timeToEnd("curl", ["--silent", "--fail", "--header", `@${header}`, cloud.api.href]),
      );
      bench.report(ratio({ part: PART, name: "call, beside curl with the token at hand" }, runs));
    }
  } finally {
    await cloud.subject.stop();
  }
}

/** `demo-auth login`, with a person made of code in the place of the browser. */
async function signIn({ workspace }: Bench, console: string, env: Record<string, string>, cwd: string): Promise<void> {
  const login = new Subject(
    process.execPath,
    [workspace.cli, "login", "--no-browser", "--target", "local", "--storage", "file"],
    { cwd, env },
  );
  let address: string | undefined;
  while (address === undefined) {
    if (login.ended) throw new Error(`login ended:\n${login.said}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    address = /^https?:\/\/\S+$/m.exec(login.said)?.[0];
  }
  const ended = new Promise((resolve) => login.child.once("exit", resolve));
  await signUpAndIn(
    systemWorld(),
    { email: "prompt@example.com", password: "Correct-horse-7" },
    address,
    console,
    () => {},
  );
  await ended;
}

function hasCommand(name: string): boolean {
  try {
    execFileSync(name, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
