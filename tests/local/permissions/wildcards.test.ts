import assert from "node:assert/strict";
import fc from "fast-check";
import { matchesWildcard } from "../../../local/permissions/wildcards.ts";
import { startApi } from "../apigateway/api-harness.ts";
import { method, resources } from "../apigateway/models.ts";

const MEANINGS: Record<string, string> = { "*": ".*", "?": ".", ".": "\\." };

describe("a pattern of a policy", () => {
  it("matches what the regular expression of the same meaning matches", () => {
    const part = fc.constantFrom("*", "?", "a", "b", "/", ".", "\n");
    const text = fc.string({ unit: fc.constantFrom("a", "b", "/", ".", "\n", "*"), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), text, (parts, candidate) => {
        const meaning = parts.map((one) => MEANINGS[one] ?? one).join("");
        assert.equal(matchesWildcard(parts.join(""), candidate), new RegExp(`^${meaning}$`, "s").test(candidate));
      }),
      { numRuns: 2000 },
    );
  });

  it("keeps nobody waiting with a path that almost matches it in a great many ways", async () => {
    const statement = { Effect: "Allow", Principal: "*", Action: "execute-api:Invoke" };
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ ...statement, Resource: "execute-api:/*/*/files/*/a/*/a/*/a/*/b" }],
    });
    await using api = await startApi({
      api: { policy, resources: resources({ "/files/{proxy+}": [method("GET")] }) },
    });
    assert.equal((await api.send("GET", "/Test/files/1/a/2/a/3/a/4/b")).status, 200);
    assert.equal((await api.send("GET", `/Test/files/${"a/".repeat(3500)}`)).status, 403);
  });
});
