/** The tutorial is followed with Postman; its collection is run here by Postman's own command line runner, newman. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { openShell, repository, type Shell } from "../support/shell.ts";
import { signUp } from "../support/sign-up.ts";

/** As much of newman as is used: it has no types of its own. */
interface Newman {
  run(
    options: { collection: string; envVar: { key: string; value: string }[] },
    done: (error: Error | null, summary: Summary) => void,
  ): void;
}

interface Summary {
  run: {
    executions: { item: { name: string }; response?: { code: number } }[];
    failures: { source: { name: string }; error: { test?: string } }[];
  };
}

const newman = createRequire(import.meta.url)("newman") as Newman;

async function runCollection(apiUrl: string, idToken: string) {
  const summary = await new Promise<Summary>((resolve, reject) => {
    newman.run(
      {
        collection: join(repository, "docs/tutorial.postman_collection.json"),
        envVar: [
          { key: "apiUrl", value: apiUrl },
          { key: "id_token", value: idToken },
        ],
      },
      (error, summary) => (error ? reject(error) : resolve(summary)),
    );
  });
  return {
    answers: summary.run.executions.map(({ item, response }) => [item.name, response?.code]),
    failed: summary.run.failures.map(({ source, error }) => [source.name, error.test]),
  };
}

const BEFORE_SIGN_IN = [
  ["18. Call the API before anything is secured", 401],
  ["23. Call it without a token", 401],
  ["23. Call it with something that is no token", 401],
];
const SIGNED_IN = "24. Call it with the id_token";

describe("the tutorial's Postman collection", function () {
  this.timeout(60_000);
  let shell: Shell;
  beforeEach(() => {
    shell = openShell();
  });
  afterEach(() => shell.close());

  it("is refused without a token, and answered with the id_token of a sign-in", async () => {
    const { ready } = await shell.local("--ephemeral");
    const { url } = ready.apis[0]!.stages[0]!;
    const { idToken, accessToken } = await signUp(ready, "postman@example.com");
    assert.deepEqual(await runCollection(url, idToken), {
      answers: [...BEFORE_SIGN_IN, [SIGNED_IN, 200]],
      failed: [],
    });
    assert.deepEqual(
      await runCollection(url, accessToken),
      {
        answers: [...BEFORE_SIGN_IN, [SIGNED_IN, 401]],
        failed: [[SIGNED_IN, "answers 200 with the transactions of whoever signed in"]],
      },
      "the collection itself tells when a step does not go as the tutorial says",
    );
  });
});
