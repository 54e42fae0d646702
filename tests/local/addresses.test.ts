import assert from "node:assert/strict";
import { localAddresses } from "../../local/host/addresses.ts";
import type { CloudModel } from "../../local/model.ts";

const model = {
  region: "eu-west-1",
  accountId: "123456789012",
  functions: [],
  userPools: [
    {
      id: "eu-west-1_AbCdEfGhI",
      domains: [
        { domain: "mine", custom: false, managedLoginVersion: 1 },
        { domain: "auth.example.org", custom: true, managedLoginVersion: 2 },
      ],
    },
  ],
  restApis: [{ id: "abcde12345", region: "eu-west-1" }],
  httpApis: [],
  functionUrls: [{ id: "a1b2", region: "eu-west-1" }],
} as unknown as CloudModel;

const localise = localAddresses(model, {
  identityProvider: "http://127.0.0.1:1",
  hostedUi: new Map([
    ["mine", "http://127.0.0.1:2"],
    ["auth.example.org", "http://127.0.0.1:3"],
  ]),
  api: new Map([["abcde12345", "http://127.0.0.1:4"]]),
  functionUrl: new Map([["a1b2", "http://127.0.0.1:5"]]),
});

describe("addresses at the edge of the local cloud", () => {
  it("become local where the service runs here, anywhere inside a value", () => {
    assert.deepEqual(
      localise({
        issuer: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI",
        pages: ["https://mine.auth.eu-west-1.amazoncognito.com/login?x=1", "https://auth.example.org"],
        text: "GET https://abcde12345.execute-api.eu-west-1.amazonaws.com/Test/a and https://abcde12345.execute-api.eu-west-1.amazonaws.com",
        count: 3,
        nothing: null,
      }),
      {
        issuer: "http://127.0.0.1:1/eu-west-1_AbCdEfGhI",
        pages: ["http://127.0.0.1:2/login?x=1", "http://127.0.0.1:3"],
        text: "GET http://127.0.0.1:4/Test/a and http://127.0.0.1:4",
        count: 3,
        nothing: null,
      },
    );
  });

  it("stay as they are where they only look alike", () => {
    for (const address of [
      "https://auth.example.org.evil.example/",
      "https://mine.auth.eu-west-2.amazoncognito.com",
      "https://other.auth.eu-west-1.amazoncognito.com",
      "https://abcde12346.execute-api.eu-west-1.amazonaws.com/Test",
      "https://auth.example.org:8443/",
    ]) {
      assert.equal(localise(address), address);
    }
  });
});
