/** YAML files that a person writes. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { ProjectError } from "./problems.ts";

export type Yaml = Record<string, unknown>;

/** @throws ProjectError when it is not YAML, or not a mapping */
export function readYaml(file: string): Yaml {
  let content: unknown;
  try {
    content = parse(readFileSync(file, "utf8"));
  } catch (error) {
    const [firstLine = ""] = (error as Error).message.split("\n");
    throw new ProjectError(
      "project_invalid",
      `${file} cannot be read: ${firstLine.replace(/[:.]$/, "")}.`,
      "Fix its YAML.",
    );
  }
  if (content === null) return {};
  if (typeof content !== "object" || Array.isArray(content)) {
    throw new ProjectError("project_invalid", `${file} is not a YAML mapping.`, "Write `key: value` lines.");
  }
  return content as Yaml;
}
