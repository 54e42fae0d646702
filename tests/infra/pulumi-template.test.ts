/**
 * The starter as `pulumi new` takes it: a template whose placeholders it fills in, in YAML files as YAML text with the end of
 * line that such text has (https://www.pulumi.com/docs/iac/concepts/projects/project-file/#template).
 */
import { deepEqual, equal } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { table } from "../../infra/settings/table.ts";
import { readProject } from "../../local/engine/project.ts";
import { buildStarter } from "../../scripts/build-starter.ts";
import { temporaryDirectory, temporaryProject } from "../support/temporary.ts";

describe("the starter as a template of `pulumi new`", () => {
  const folder = temporaryDirectory();
  const template: Record<string, string> = {};
  before(() => {
    buildStarter(folder);
    for (const name of readdirSync(folder).filter((name) => name.endsWith(".yaml")))
      template[name] = readFileSync(join(folder, name), "utf8");
  });

  it("has the same config once its placeholders are filled in, for every kind of name and description", () => {
    const description = `An API: "ours", it's #1`;
    const filled = Object.entries(template).map(([name, text]) => [
      name,
      text.replaceAll("${PROJECT}", stringify("my-shop")).replaceAll("${DESCRIPTION}", stringify(description)),
    ]);
    const directory = temporaryProject({ ...Object.fromEntries(filled), "infra/start.js": "" });
    equal(parse(readFileSync(join(directory, "Pulumi.yaml"), "utf8")).description, description);
    for (const stack of ["dev", "prod"]) {
      const { name, config } = readProject(directory, stack, {});
      equal(name, "my-shop");
      deepEqual([config["my-shop:profile"], config["aws:region"]], [stack, "us-east-1"]);
      equal(JSON.parse(config["aws:defaultTags"]!).tags.project, "my-shop");
      equal(config["my-shop:auditTrail"], String(stack === "prod"));
    }
  });

  it("says how the file is to be named that npm publishes under no name of its own", () => {
    const [, from, to] = /: mv (\S+) (\S+)$/.exec(parse(template["Pulumi.yaml"]!).template.quickstart) ?? [];
    deepEqual([from, to], ["gitignore", ".gitignore"]);
    equal(readFileSync(join(folder, from!), "utf8"), "node_modules\n.pulumi\n");
  });

  it("brings the Node that it runs on, and does not have npm hold the machine's against it", () => {
    const { engines, devDependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    deepEqual([engines, devDependencies.node.split(".")[0]], [undefined, "24"]);
  });

  it("asks for what Pulumi knows to ask for, and declares settings of types that Pulumi has", () => {
    const { name, description, template: asked, config } = parse(template["Pulumi.yaml"]!);
    deepEqual([name, description], ["${PROJECT}", "${DESCRIPTION}"]);
    deepEqual(Object.keys(asked).sort(), ["config", "description", "displayName", "quickstart"]);
    deepEqual(Object.entries(asked.config), [
      ["aws:region", { description: "The AWS Region to deploy into", default: "us-east-1" }],
    ]);
    const types: Record<string, string> = { string: "string", integer: "number", boolean: "boolean" };
    for (const [key, declared] of Object.entries<{ type: string; default: unknown; description: string }>(config)) {
      equal(key in table, true, key);
      deepEqual(Object.keys(declared).sort(), ["default", "description", "type"]);
      equal(typeof declared.default, types[declared.type], key);
    }
  });
});
