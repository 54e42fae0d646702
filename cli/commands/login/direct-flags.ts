/** Whether a sign-in goes without a browser. */
import { type CommandContext, usage } from "../../shared/command-context.ts";
import type { NextStep } from "../../shared/next-step.ts";
import type { Target } from "../../targets/target.ts";

export interface DirectFlags {
  username?: string;
  passwordStdin?: boolean;
  clientCredentials?: boolean;
  withToken?: boolean;
}

/** @returns whether the flags ask for a sign-in without a browser, at this target */
export function isDirect(io: CommandContext<DirectFlags>, target: Target): boolean {
  const { username, passwordStdin, clientCredentials, withToken, as } = io.flags;
  const ways = [username !== undefined || passwordStdin, clientCredentials, withToken].filter(Boolean).length;
  if (ways > 1) {
    const one = [["--username", username ?? "NAME"], ["--client-credentials"], ["--with-token"]];
    throw usage(
      "--username, --client-credentials and --with-token are different ways to sign in",
      one.map((args): NextStep => ({ command: "login", args })),
    );
  }
  if (passwordStdin && username === undefined) {
    const args = ["--username", "NAME", "--password-stdin"];
    throw usage("--password-stdin needs --username", { command: "login", args });
  }
  return ways === 1 || (as !== undefined && target.console !== undefined);
}
