/** The contracts of all resource types, held against the provider's own types and against the page made of them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import ts from "typescript";
import { RESOURCE_TYPES } from "../../../local/resources/aws.ts";
import type { AnyContract } from "../../../local/resources/contract.ts";
import { resourceReference } from "../../../scripts/write-resource-reference.ts";

const require = createRequire(import.meta.url);

/** `aws:cognito/userPool:UserPool` → the names in `UserPoolArgs`, as the installed provider declares them. */
function providerInputs(type: string): string[] {
  const [provider, path, name] = type.split(":");
  const file = require.resolve(`@pulumi/${provider}/${path!.replace(/^index\//, "")}.d.ts`);
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest);
  const names: string[] = [];
  source.forEachChild((node) => {
    if (!ts.isInterfaceDeclaration(node) || node.name.text !== `${name}Args`) return;
    for (const member of node.members) names.push((member.name as ts.Identifier).text);
  });
  return names.sort();
}

const LISTS = ["served", "without effect", "not served"] as const;

function listed(contract: AnyContract, list: (typeof LISTS)[number]): string[] {
  // An object whose properties are sorted one by one counts as served as a whole.
  return Object.keys(contract).filter((name) => {
    const treatment = contract[name]!;
    return list === ("parts" in treatment ? "served" : treatment.kind);
  });
}

describe("the contracts of the resource types", () => {
  for (const { type, inputs } of RESOURCE_TYPES.filter((known) => known.inputs)) {
    it(`sort every input of ${type} into exactly one of three lists`, () => {
      const sum = LISTS.flatMap((list) => listed(inputs!, list)).sort();
      assert.deepEqual(sum, providerInputs(type));
    });
  }

  it("are what docs/local-resources.md says", () => {
    const page = readFileSync(new URL("../../../docs/local-resources.md", import.meta.url), "utf8");
    assert.equal(page, resourceReference(), "write it again: node scripts/write-resource-reference.ts");
  });
});
