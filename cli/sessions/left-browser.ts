/** Remembers that somebody signed out here while their browser stayed signed in to the pool's pages. */
import { join } from "node:path";
import { deletePrivateFile, readPrivateFile, writePrivateFile } from "../shared/private-files.ts";
import { stateHome } from "../shared/state-home.ts";
import type { World } from "../shared/world.ts";
import { type Binding, sessionName } from "./session.ts";

export function leaveBrowserSignedIn(world: World, binding: Binding, who: string): Promise<void> {
  return writePrivateFile(world, fileOf(world, binding), JSON.stringify({ who }));
}

/** @returns who was signed in, or `undefined` when the browser is not known to be */
export async function whoIsLeftInBrowser(world: World, binding: Binding): Promise<string | undefined> {
  try {
    const { who } = JSON.parse((await readPrivateFile(world, fileOf(world, binding))) ?? "{}");
    return typeof who === "string" ? who : undefined;
  } catch {
    return undefined;
  }
}

export async function forgetBrowser(world: World, binding: Binding): Promise<void> {
  await deletePrivateFile(world, fileOf(world, binding));
}

/** One for all accounts: the browser has one session with the pages. */
function fileOf(world: World, binding: Binding): string {
  return join(stateHome(world), "browsers", `${sessionName({ ...binding, account: undefined })}.json`);
}
