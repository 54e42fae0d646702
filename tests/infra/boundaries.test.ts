import { deepEqual } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const repository = join(import.meta.dirname, "../..");

/** What the files of a folder import from outside it, without Node's own modules: `<file>: <module>`. */
function importsOf(folder: string): string[] {
  const files = readdirSync(join(repository, folder), { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => {
      const source = readFileSync(join(repository, folder, file), "utf8");
      const modules = [...source.matchAll(/^(?:import|export)[^"]*\bfrom "([^"]+)"|\bimport\("([^"]+)"\)/gm)].map(
        ([, named, dynamic]) => (named ?? dynamic)!,
      );
      const leaves = (module: string) =>
        !module.startsWith("node:") &&
        (!module.startsWith(".") || !join(folder, file, "..", module).startsWith(`${folder}/`));
      return modules.filter(leaves).map((module) => `${file}: ${module}`);
    })
    .sort();
}

describe("the deployed program", () => {
  it("imports Pulumi, its AWS provider, esbuild and zod, and nothing else of this repository", () => {
    const packages = new Set(importsOf("infra").map((line) => line.split(": ")[1]));
    deepEqual([...packages].sort(), [
      "@pulumi/aws",
      "@pulumi/awsx/cloudtrail/index.js",
      "@pulumi/pulumi",
      "esbuild",
      "zod",
    ]);
  });

  it("uses @pulumi/awsx in one file", () => {
    deepEqual(
      importsOf("infra").filter((line) => line.includes("awsx")),
      ["audit-trail.ts: @pulumi/awsx/cloudtrail/index.js"],
    );
  });

  it("carries no package into its functions", () => deepEqual(importsOf("handlers"), []));

  it("is looked at by a policy pack that needs Pulumi's policy SDK only", () => {
    deepEqual(new Set(importsOf("policy").map((line) => line.split(": ")[1])), new Set(["@pulumi/policy"]));
  });
});
