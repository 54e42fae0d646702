/** Starts a load generator and waits for what it saw. */
import { fork } from "node:child_process";
import { once } from "node:events";
import type { RequestLoad, RequestLoadResult } from "./requests.ts";
import type { SignInLoad, SignInResult } from "./sign-ins.ts";

export const CONNECTIONS = 10;

/** The part of a load that says where it goes. */
export const loadOn = ({ port, pathname }: URL) => ({ port: Number(port), path: pathname, connections: CONNECTIONS });

/** @throws Error when an answer was not what it had to be: nothing is counted then */
export const sendRequests = (load: RequestLoad): Promise<RequestLoadResult> => generate("requests.ts", load);

/** @throws Error when a sign-in did not end with tokens */
export const signInAgainAndAgain = (load: SignInLoad): Promise<SignInResult> => generate("sign-ins.ts", load);

async function generate<T>(script: string, load: unknown): Promise<T> {
  const child = fork(new URL(script, import.meta.url), [JSON.stringify(load)], {
    stdio: ["ignore", "inherit", "pipe", "ipc"],
  });
  let complaint = "";
  child.stderr!.setEncoding("utf8").on("data", (chunk: string) => {
    complaint = (complaint + chunk).slice(-2000);
  });
  const [result] = (await Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]) =>
      Promise.reject(new Error(`The load generator ended with ${code}: ${complaint}`)),
    ),
  ])) as [T];
  return result;
}
