/** Which of several users of one target the commands speak for: a name for each target, beside the sessions. */
import { join } from "node:path";
import { readPrivateFile, writePrivateFile } from "../shared/private-files.ts";
import { stateHome } from "../shared/state-home.ts";
import type { World } from "../shared/world.ts";
import { type Binding, sessionName } from "./session.ts";

/** @returns the chosen account's name, or `undefined` for the one without a name */
export async function chosenAccount(world: World, binding: Binding): Promise<string | undefined> {
  return (await readChoices(world))[keyOf(binding)];
}

/** @param account `undefined` for the one without a name */
export async function chooseAccount(world: World, binding: Binding, account: string | undefined): Promise<void> {
  const choices = await readChoices(world);
  if (choices[keyOf(binding)] === account) return;
  if (account === undefined) delete choices[keyOf(binding)];
  else choices[keyOf(binding)] = account;
  await writePrivateFile(world, choicesFile(world), `${JSON.stringify(choices, null, 2)}\n`);
}

/** What a person may call an account. */
export function isAccountName(name: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N}._@+-]{0,127}$/u.test(name);
}

const keyOf = (binding: Binding) => sessionName({ ...binding, account: undefined });

/** A choice is a convenience: a damaged file is as good as none, and the next choice replaces it. */
async function readChoices(world: World): Promise<Record<string, string>> {
  const text = await readPrivateFile(world, choicesFile(world));
  try {
    const entries = Object.entries(Object(JSON.parse(text ?? "{}")) as Record<string, unknown>);
    return Object.fromEntries(entries.filter((entry): entry is [string, string] => isAccountName(String(entry[1]))));
  } catch {
    return {};
  }
}

function choicesFile(world: World): string {
  return join(stateHome(world), "accounts.json");
}
