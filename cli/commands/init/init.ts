/**
 * A project of one's own, from the template that packaging makes of this repository's own files (`scripts/build-starter.ts`).
 * Its placeholders are those of Pulumi's templates, so that `pulumi new` on the template works, too.
 */
import { existsSync, readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { FolderUnavailable, makeFolder } from "../../../local/folders.ts";
import { type CommandContext, usage } from "../../shared/command-context.ts";
import { CliError } from "../../shared/errors.ts";
import { quoted } from "../../shared/shell-words.ts";
import { safeText } from "../../shared/text.ts";
import type { World } from "../../shared/world.ts";

export interface InitFlags {
  name?: string;
  region?: string;
  yes?: boolean;
}

const template = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../../../dist/starter/" : "../starter/", import.meta.url),
);

/** @throws CliError `usage` when the folder holds something, or a name does not fit */
export async function init(io: CommandContext<InitFlags>, directory: string): Promise<void> {
  const { world, out } = io;
  const target = resolve(world.workingDirectory, directory);
  const shown = safeText(directory);
  if (existsSync(target) && !isEmptyFolder(target)) {
    throw usage(`${shown} is there and not empty`, "Name a new folder: nothing is written over");
  }
  const answers = await names(io, directory, basename(target));
  const { name, region } = answers;
  if (!/^[a-z][a-z0-9-]{0,49}$/.test(name)) {
    throw usage(
      `"${safeText(name, 60)}" is not a project's name`,
      "Write up to 50 lower-case letters, digits and hyphens, with --name",
    );
  }
  if (!/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region)) {
    throw usage(`"${safeText(region, 60)}" is not an AWS Region`, "Write one like eu-west-1, with --region");
  }
  const files = await writeStarter(target, answers).catch((error: NodeJS.ErrnoException) => {
    if (error.code === undefined || error instanceof CliError) throw error;
    const what = error instanceof FolderUnavailable ? error.message : `${shown} cannot be filled: ${error.message}.`;
    throw new CliError("storage_unavailable", what, {
      next: { say: "Go where you may write, and name a new folder there", command: "init", args: ["my-api", "--yes"] },
      cause: error,
    });
  });
  if (out.json) return out.document({ project: name, region, directory: target, files });
  out.note(`${shown} is a project of your own now, ${files.length} files. Go on with:`);
  out.text(`cd ${quoted(directory)}\n${installation()}\nnpx demo-auth local\n`);
}

/** A checkout packs itself: a registry may not have this version, or any. */
function installation(): string {
  const root = resolve(template, "..", "..");
  if (!existsSync(join(root, "cli"))) return "npm install";
  return `npm install --save-dev "./$(npm pack --silent --ignore-scripts ${quoted(root)})"`;
}

function isEmptyFolder(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return false;
    throw new CliError("storage_unavailable", `${path} cannot be read: ${(error as Error).message}.`, {
      next: { say: "Go where you may write, and name a new folder there", command: "init", args: ["my-api", "--yes"] },
    });
  }
}

async function names({ world, flags }: CommandContext<InitFlags>, directory: string, folder: string) {
  const name = flags.name ?? folder;
  const region = flags.region ?? "us-east-1";
  if (flags.yes) return { name, region };
  if (world.stdin.isTTY !== true || flags.input === false) {
    throw usage(
      `There is no terminal to ask on whether the name is ${safeText(name)} and the region ${safeText(region)}`,
      {
        say: "Where they are, or with others as --name and --region",
        command: "init",
        args: [directory, ...given("name", flags.name), ...given("region", flags.region), "--yes"],
      },
    );
  }
  return {
    name: flags.name ?? (await ask(world, "Name of the project", name)),
    region: flags.region ?? (await ask(world, "AWS Region", region)),
  };
}

const given = (flag: string, value: string | undefined) => (value === undefined ? [] : [`--${flag}`, value]);

async function ask(world: World, question: string, preset: string): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  const terminal = createInterface({ input: world.stdin, output: world.stderr });
  try {
    return (await terminal.question(`${question} (${preset}): `)).trim() || preset;
  } finally {
    terminal.close();
  }
}

/** @returns what was written, relative to the folder */
async function writeStarter(target: string, { name, region }: { name: string; region: string }): Promise<string[]> {
  if (!existsSync(template)) {
    throw new CliError("unexpected", `The template is not there: ${template}.`, { next: "npm run prepare" });
  }
  const files = readdirSync(template, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(template.length));
  const written = files.map(async (file) => {
    const text = await readFile(join(template, file), "utf8");
    // npm does not publish a file of this name.
    const own = file === "gitignore" ? ".gitignore" : file;
    makeFolder(dirname(join(target, own)));
    const filled = text
      // It says what `pulumi new` leaves to do, and is done here.
      .replace(/^ {2}quickstart: .*\n/m, "")
      .replaceAll("${PROJECT}", name)
      .replaceAll("${DESCRIPTION}", "An API Gateway REST API behind an Amazon Cognito user pool")
      .replaceAll("aws:region: us-east-1", `aws:region: ${region}`);
    // Never over a file that came there in the meantime.
    await writeFile(join(target, own), filled, { flag: "wx" });
    return own;
  });
  return (await Promise.all(written)).sort();
}
