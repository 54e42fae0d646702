import { deepEqual, equal, match, notDeepEqual, rejects } from "node:assert/strict";
import { handler } from "../../handlers/transactions.ts";

const idClaims = {
  sub: "11111111-aaaa",
  aud: "client-1",
  email: "ada@example.com",
  "cognito:username": "11111111-aaaa",
};
const requestOf = (claims?: Record<string, string>) => ({ requestContext: { authorizer: claims ? { claims } : null } });
const bodyOf = async (claims: Record<string, string>) => JSON.parse((await handler(requestOf(claims))).body);

describe("GET /transactions", () => {
  const { CLIENT_ID, ALLOWED_ORIGIN } = process.env;
  beforeEach(() => {
    process.env.CLIENT_ID = "client-1";
    delete process.env.ALLOWED_ORIGIN;
  });
  after(() => {
    for (const [name, value] of Object.entries({ CLIENT_ID, ALLOWED_ORIGIN })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it("answers for the user of an ID token, as JSON that no cache keeps", async () => {
    const response = await handler(requestOf(idClaims));
    equal(response.statusCode, 200);
    deepEqual(response.headers, { "content-type": "application/json", "cache-control": "no-store" });
    const { user, sample, transactions } = JSON.parse(response.body);
    deepEqual(user, { sub: "11111111-aaaa", email: "ada@example.com", username: "11111111-aaaa" });
    equal(sample, true);
    equal(transactions.length, 5);
    for (const { id, merchant, amount, currency, date } of transactions) {
      match(id, /^[0-9a-f]{12}$/);
      equal(typeof merchant, "string");
      equal(Number.isInteger(amount) && amount < 0, true);
      equal(currency, "EUR");
      match(date, /^2025-\d\d-\d\d$/);
    }
  });

  it("answers for the user of an access token, which has a client_id and no e-mail address", async () => {
    const claims = { sub: "11111111-aaaa", client_id: "client-1", username: "ada" };
    deepEqual((await bodyOf(claims)).user, { sub: "11111111-aaaa", username: "ada" });
  });

  it("shows a user the same transactions every time, and another user others", async () => {
    const mine = (await bodyOf(idClaims)).transactions;
    deepEqual((await bodyOf(idClaims)).transactions, mine);
    notDeepEqual((await bodyOf({ ...idClaims, sub: "22222222-bbbb" })).transactions, mine);
  });

  for (const [what, claims] of [
    ["without claims, as behind a method that lost its authorizer", undefined],
    ["without a subject", { aud: "client-1" }],
    ["with an ID token of another client of the pool", { ...idClaims, aud: "client-2" }],
    ["with an access token of another client of the pool", { sub: "1", client_id: "client-2" }],
    ["with a token that names no client", { sub: "1" }],
  ] as const) {
    it(`refuses a request ${what}`, async () => {
      const response = await handler(requestOf(claims));
      deepEqual([response.statusCode, response.body], [401, '{"message":"Unauthorized"}']);
    });
  }

  it("refuses to run when it does not know whose tokens to take", async () => {
    delete process.env.CLIENT_ID;
    await rejects(handler(requestOf(idClaims)), {
      message: "CLIENT_ID is not set: the function cannot tell whose tokens to take.",
    });
  });

  it("lets pages of the one allowed origin read the answer, the refusal too", async () => {
    process.env.ALLOWED_ORIGIN = "https://app.example.com";
    for (const claims of [idClaims, undefined]) {
      const { headers } = await handler(requestOf(claims));
      equal(headers["access-control-allow-origin"], "https://app.example.com");
    }
  });
});
