/** The package that npm would publish, installed into an empty folder. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { buildCli } from "../../scripts/build-cli.ts";
import { repository } from "./shell.ts";
import { temporaryDirectory } from "./temporary.ts";

let tarball: Promise<string> | undefined;

async function pack(): Promise<string> {
  const stage = temporaryDirectory();
  for (const name of ["package.json", "bin", "LICENSE"])
    cpSync(join(repository, name), join(stage, name), { recursive: true });
  await buildCli(join(stage, "dist"));
  const packed = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--loglevel", "error"], {
    cwd: stage,
    encoding: "utf8",
  });
  const [{ filename }] = Object.values(JSON.parse(packed)) as [{ filename: string }];
  return join(stage, filename);
}

/** The file that `npm publish` would send; made once. */
export function packedTarball(): Promise<string> {
  tarball ??= pack();
  return tarball;
}

/**
 * Puts the package, packed, into a folder's `node_modules`.
 * @param others packages that are installed beside it, as this repository has them
 * @returns where it lies
 */
export async function installPackage(folder: string, others: string[]): Promise<string> {
  const modules = join(folder, "node_modules");
  const installed = join(modules, "demo-auth");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", await packedTarball(), "--strip-components=1", "-C", installed]);
  for (const name of others) {
    mkdirSync(join(modules, name, ".."), { recursive: true });
    symlinkSync(join(repository, "node_modules", name), join(modules, name));
  }
  return installed;
}
