/** Starts the generator of sign-ins in a process of its own and waits for what it saw. */
import { fork } from "node:child_process";
import { once } from "node:events";
import type { SignInLoad, SignInResult } from "./sign-ins.ts";

/** @throws Error when a sign-in did not end with tokens */
export async function signInAgainAndAgain(load: SignInLoad): Promise<SignInResult> {
  const child = fork(new URL("sign-ins.ts", import.meta.url), [JSON.stringify(load)], {
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
  ])) as [SignInResult];
  return result;
}
