/** `demo-auth use`: which target this project's commands speak to from now on. */
import { action, type Invocation, type Registrant, usage } from "../invocation.ts";
import { safeText } from "../text.ts";

interface UseFlags {
  clear?: boolean;
}

export const registerUse: Registrant = (program, world) => {
  program
    .command("use [target]")
    .summary("choose this project's target: local, file, or a stack")
    .description("Chooses what the commands in this project speak to: local, file (demo-auth.json), or a Pulumi stack.")
    .option("--clear", "forget the choice")
    .action(action<UseFlags>(world, use));
};

async function use(io: Invocation<UseFlags>, name: string | undefined): Promise<void> {
  const { world, out, flags } = io;
  const { chooseTarget, chosenTarget } = await import("../targets/configuration.ts");
  if (name !== undefined && flags.clear) throw usage("Either a target or --clear");
  if (name === undefined && !flags.clear) {
    const chosen = await chosenTarget(world, world.workingDirectory);
    if (out.json) out.document({ target: chosen ?? null });
    else if (chosen) out.data(`${safeText(chosen)}\n`);
    else out.note("Nothing is chosen here: a demo-auth.json, a running local cloud or the selected stack is used.");
    return;
  }
  if (name !== undefined && name !== "local") {
    // A target that cannot be read now would only fail later.
    const { resolveTarget } = await import("../targets/resolve.ts");
    await resolveTarget(world, { ...io.flags, target: name }, { refresh: true, warn: out.warn });
  }
  const folder = await chooseTarget(world, world.workingDirectory, name);
  if (out.json) out.document({ target: name ?? null, project: folder });
  else
    out.note(name ? `Commands in ${folder} speak to ${safeText(name)} now.` : `The choice for ${folder} is forgotten.`);
}
