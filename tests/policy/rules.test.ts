import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { existsSync } from "node:fs";
import type { Resource } from "../../policy/rule.ts";
import { violationsOf } from "../../policy/rule.ts";
import { rules } from "../../policy/rules/index.ts";

const urnOf = (type: string, name: string) => `urn:pulumi:any::shop::${type}::${name}`;

function resource(type: string, props: object, more: Partial<Resource> = {}): Resource {
  const name = more.name ?? "it";
  return { urn: urnOf(type, name), type, name, props, protect: false, propertyDependencies: {}, ...more };
}

const types = {
  pool: "aws:cognito/userPool:UserPool",
  client: "aws:cognito/userPoolClient:UserPoolClient",
  domain: "aws:cognito/userPoolDomain:UserPoolDomain",
  branding: "aws:cognito/managedLoginBranding:ManagedLoginBranding",
  api: "aws:apigateway/restApi:RestApi",
  put: "aws:apigateway/restApiPut:RestApiPut",
  method: "aws:apigateway/method:Method",
  authorizer: "aws:apigateway/authorizer:Authorizer",
  stage: "aws:apigateway/stage:Stage",
  methodSettings: "aws:apigateway/methodSettings:MethodSettings",
  association: "aws:wafv2/webAclAssociation:WebAclAssociation",
  lambda: "aws:lambda/function:Function",
  permission: "aws:lambda/permission:Permission",
  rolePolicy: "aws:iam/rolePolicy:RolePolicy",
  role: "aws:iam/role:Role",
  logGroup: "aws:cloudwatch/logGroup:LogGroup",
  trail: "aws:cloudtrail/trail:Trail",
};

const pool = (props: object, more?: Partial<Resource>) => [resource(types.pool, props, more)];
const client = (props: object) => [resource(types.client, props)];
const permission = (props: object) => [resource(types.permission, props)];
const strong = {
  minimumLength: 8,
  requireLowercase: true,
  requireUppercase: true,
  requireNumbers: true,
  requireSymbols: true,
};

const users = (more: object = {}) => ({
  type: "apiKey",
  "x-amazon-apigateway-authtype": "cognito_user_pools",
  "x-amazon-apigateway-authorizer": { type: "cognito_user_pools", providerARNs: ["arn"], ...more },
});
const document = (
  operations: object,
  schemes: object = { users: users({ identityValidationExpression: "^c$" }) },
  type = types.put,
) => [
  resource(type, {
    body: JSON.stringify({
      openapi: "3.0.1",
      components: { securitySchemes: schemes },
      paths: { "/orders": operations },
    }),
  }),
];
const policy = (...statements: object[]) => [
  resource(types.rolePolicy, { policy: JSON.stringify({ Version: "2012-10-17", Statement: statements }) }),
];

const stage = resource(types.stage, { stageName: "v1", restApi: "api", xrayTracingEnabled: true });
const settings = (values: object, methodPath = "*/*") =>
  resource(types.methodSettings, { methodPath, stageName: "v1", restApi: "api", settings: values });
const settingsByDependency = (values: object) =>
  resource(
    types.methodSettings,
    { methodPath: "*/*", settings: values },
    { propertyDependencies: { stageName: [stage.urn] } },
  );
const authorizer = (props: object) => resource(types.authorizer, { type: "COGNITO_USER_POOLS", ...props });
const authorizedMethod = resource(
  types.method,
  { httpMethod: "GET", authorization: "COGNITO_USER_POOLS" },
  { propertyDependencies: { authorizerId: [urnOf(types.authorizer, "it")] } },
);

const domain = (version: number) => resource(types.domain, { userPoolId: "p", managedLoginVersion: version });
const poolClient = resource(types.client, { userPoolId: "p" });
const branding = resource(types.branding, {}, { propertyDependencies: { clientId: [poolClient.urn] } });

/** By rule: what it catches, with the sentence it says, and what it lets pass. */
const cases: Record<string, { caught: [string, Resource[], string][]; passes: [string, Resource[]][] }> = {
  "cognito-password-strength": {
    caught: [
      ["a pool without a policy", pool({}), "The pool has no passwordPolicy; set one."],
      [
        "seven characters",
        pool({ passwordPolicy: { ...strong, minimumLength: 7 } }),
        "passwordPolicy.minimumLength is below 8; raise it.",
      ],
      [
        "a length that is not set",
        pool({ passwordPolicy: { ...strong, minimumLength: undefined } }),
        "passwordPolicy.minimumLength is below 8; raise it.",
      ],
      [
        "classes that are not asked for",
        pool({ passwordPolicy: { ...strong, requireNumbers: false, requireSymbols: undefined } }),
        "passwordPolicy lacks requireNumbers, requireSymbols; set them to true.",
      ],
    ],
    passes: [["eight characters of four classes", pool({ passwordPolicy: strong })]],
  },
  "cognito-mfa": {
    caught: [
      ["MFA that is not set", pool({}), "mfaConfiguration is OFF; set it to ON."],
      ["MFA that is a choice", pool({ mfaConfiguration: "OPTIONAL" }), "mfaConfiguration is OPTIONAL; set it to ON."],
    ],
    passes: [["MFA for everybody", pool({ mfaConfiguration: "ON" })]],
  },
  "cognito-threat-protection": {
    caught: [
      ["none", pool({}), "advancedSecurityMode is not ENFORCED; enforce it."],
      [
        "one that only watches",
        pool({ userPoolAddOns: { advancedSecurityMode: "AUDIT" } }),
        "advancedSecurityMode is not ENFORCED; enforce it.",
      ],
      [
        "one without custom authentication",
        pool({ userPoolAddOns: { advancedSecurityMode: "ENFORCED" } }),
        "customAuthMode is not ENFORCED; enforce it.",
      ],
    ],
    passes: [
      [
        "both enforced",
        pool({
          userPoolAddOns: {
            advancedSecurityMode: "ENFORCED",
            advancedSecurityAdditionalFlows: { customAuthMode: "ENFORCED" },
          },
        }),
      ],
    ],
  },
  "cognito-threat-protection-needs-plus": {
    caught: [
      [
        "it on the default plan",
        pool({ userPoolAddOns: { advancedSecurityMode: "AUDIT" } }),
        "advancedSecurityMode is AUDIT on the plan ESSENTIALS; set userPoolTier to PLUS.",
      ],
    ],
    passes: [
      ["it on PLUS", pool({ userPoolTier: "PLUS", userPoolAddOns: { advancedSecurityMode: "ENFORCED" } })],
      ["none on LITE", pool({ userPoolTier: "LITE", userPoolAddOns: { advancedSecurityMode: "OFF" } })],
    ],
  },
  "cognito-deletion-protection": {
    caught: [
      ["a pool that Cognito would delete", pool({}, { protect: true }), "deletionProtection is not ACTIVE; set it."],
      [
        "a pool that Pulumi would delete",
        pool({ deletionProtection: "ACTIVE" }),
        "The resource is not protected in Pulumi; add the option protect: true.",
      ],
    ],
    passes: [["a pool protected in both", pool({ deletionProtection: "ACTIVE" }, { protect: true })]],
  },
  "cognito-client-no-user-existence-errors": {
    caught: [
      ["the default", client({}), "preventUserExistenceErrors is not ENABLED; set it."],
      [
        "the old way",
        client({ preventUserExistenceErrors: "LEGACY" }),
        "preventUserExistenceErrors is not ENABLED; set it.",
      ],
    ],
    passes: [["ENABLED", client({ preventUserExistenceErrors: "ENABLED" })]],
  },
  "cognito-client-no-admin-scope": {
    caught: [
      [
        "the scope among others",
        client({ allowedOauthScopes: ["openid", "aws.cognito.signin.user.admin"] }),
        "allowedOauthScopes has aws.cognito.signin.user.admin; remove it.",
      ],
    ],
    passes: [["openid and email", client({ allowedOauthScopes: ["openid", "email"] })]],
  },
  "cognito-client-callbacks-https-or-loopback": {
    caught: [
      [
        "plain http",
        client({ callbackUrls: ["http://app.example.com/callback"] }),
        "http://app.example.com/callback: neither https nor http on a loopback address; change it.",
      ],
      [
        "a host that begins like the loopback, and a default redirect",
        client({ logoutUrls: ["http://localhost.evil.example/"], defaultRedirectUri: "http://10.0.0.1/" }),
        "http://localhost.evil.example/, http://10.0.0.1/: neither https nor http on a loopback address; change it.",
      ],
      [
        "a scheme that any app may claim",
        client({ callbackUrls: ["myapp://callback"] }),
        "myapp://callback: neither https nor http on a loopback address; change it.",
      ],
    ],
    passes: [
      [
        "https and the three names of the loopback",
        client({
          callbackUrls: ["https://a.example/", "http://localhost:1/", "http://127.0.0.1:1/", "http://[::1]:1/"],
        }),
      ],
    ],
  },
  "cognito-client-no-implicit-flow": {
    caught: [
      [
        "implicit beside code",
        client({ allowedOauthFlows: ["code", "implicit"] }),
        "allowedOauthFlows has implicit; use code, with PKCE.",
      ],
    ],
    passes: [["code", client({ allowedOauthFlows: ["code"] })]],
  },
  "cognito-domain-v2-has-branding": {
    caught: [
      [
        "managed login and a client without a style",
        [domain(2), poolClient],
        "The client has no ManagedLoginBranding; add one, or use the classic pages.",
      ],
    ],
    passes: [
      ["managed login and a style", [domain(2), poolClient, branding]],
      ["the classic pages", [domain(1), poolClient]],
      ["a client of another pool", [domain(2), resource(types.client, { userPoolId: "q" })]],
    ],
  },
  "apigw-method-authorized": {
    caught: [
      [
        "an open method in a document",
        document({ get: {} }),
        "GET /orders is open to everybody; give it an authorizer.",
      ],
      [
        "an open method in a document that is an input of its API",
        document({ get: {} }, {}, types.api),
        "GET /orders is open to everybody; give it an authorizer.",
      ],
      [
        "one that turns the document's security off",
        document({ "x-amazon-apigateway-any-method": { security: [] } }),
        "ANY /orders is open to everybody; give it an authorizer.",
      ],
      [
        "an open method resource",
        [resource(types.method, { httpMethod: "POST", authorization: "NONE" })],
        "POST of it is open to everybody; give it an authorizer.",
      ],
      [
        "a method that only asks for an API key",
        document({ get: { security: [{ key: [] }] } }, { key: { type: "apiKey", name: "x-api-key" } }),
        "GET /orders is open to everybody; give it an authorizer.",
      ],
    ],
    passes: [
      ["an authorized method and its preflight", document({ get: { security: [{ users: [] }] }, options: {} })],
      ["an authorized method resource", [authorizedMethod]],
      [
        "IAM and Lambda authorizers",
        document(
          { get: { security: [{ iam: [] }] }, put: { security: [{ own: [] }] } },
          {
            iam: { "x-amazon-apigateway-authtype": "awsSigv4" },
            own: { "x-amazon-apigateway-authorizer": { type: "token" } },
          },
        ),
      ],
    ],
  },
  "apigw-authorizer-pins-audience": {
    caught: [
      [
        "no expression in a document",
        document({ get: { security: [{ users: [] }] } }, { users: users() }),
        "GET /orders takes ID tokens of every client; set identityValidationExpression to ^<client id>$.",
      ],
      [
        "an expression that matches within",
        document({ get: { security: [{ users: [] }] } }, { users: users({ identityValidationExpression: "client" }) }),
        "GET /orders takes ID tokens of every client; set identityValidationExpression to ^<client id>$.",
      ],
      [
        "no expression on the authorizer of a method resource",
        [authorizedMethod, authorizer({})],
        "GET of it takes ID tokens of every client; set identityValidationExpression to ^<client id>$.",
      ],
    ],
    passes: [
      ["a pinned audience", document({ get: { security: [{ users: [] }] } })],
      [
        "scopes, which no ID token has",
        document({ get: { security: [{ users: ["orders/read"] }] } }, { users: users() }),
      ],
      ["a pinned authorizer resource", [authorizedMethod, authorizer({ identityValidationExpression: "^c$" })]],
    ],
  },
  "apigw-input-validated": {
    caught: [
      [
        "a body that nobody checks",
        document({ post: { requestBody: { content: {} } } }),
        "POST /orders declares input without a validator; add one.",
      ],
      [
        "a query that nobody checks",
        document({ get: { parameters: [{ name: "limit", in: "query" }] } }),
        "GET /orders declares input without a validator; add one.",
      ],
      [
        "a method resource with a model and no validator",
        [resource(types.method, { httpMethod: "POST", requestModels: { "application/json": "Order" } })],
        "POST of it declares input without a validator; add one.",
      ],
    ],
    passes: [
      [
        "a body with a validator",
        document({ post: { requestBody: { content: {} }, "x-amazon-apigateway-request-validator": "all" } }),
      ],
      ["a method without input", document({ get: { parameters: [{ name: "id", in: "path" }] } })],
    ],
  },
  "apigw-tls13": {
    caught: [
      ["the default", [resource(types.api, {})], "securityPolicy is TLS_1_0; use SecurityPolicy_TLS13_1_3_2025_09."],
      [
        "a policy that still takes TLS 1.2",
        [resource(types.api, { securityPolicy: "SecurityPolicy_TLS13_1_2_PQ_2025_09", endpointAccessMode: "STRICT" })],
        "securityPolicy is SecurityPolicy_TLS13_1_2_PQ_2025_09; use SecurityPolicy_TLS13_1_3_2025_09.",
      ],
      [
        "other host names",
        [resource(types.api, { securityPolicy: "SecurityPolicy_TLS13_1_3_2025_09", endpointAccessMode: "BASIC" })],
        "endpointAccessMode is not STRICT; set it.",
      ],
    ],
    passes: [
      [
        "TLS 1.3 and strict",
        [resource(types.api, { securityPolicy: "SecurityPolicy_TLS13_1_3_2025_09", endpointAccessMode: "STRICT" })],
      ],
    ],
  },
  "apigw-access-logs-json": {
    caught: [
      ["no access log", [resource(types.stage, {})], "The stage has no accessLogSettings; set them."],
      [
        "a line that is not JSON",
        [resource(types.stage, { accessLogSettings: { destinationArn: "a", format: "$context.requestId" } })],
        "accessLogSettings.format is not a JSON object; write it as one.",
      ],
      [
        "an e-mail address in it",
        [
          resource(types.stage, {
            accessLogSettings: { destinationArn: "a", format: '{"who":"$context.authorizer.claims.email"}' },
          }),
        ],
        "accessLogSettings.format logs an e-mail address or a phone number; remove it.",
      ],
    ],
    passes: [
      [
        "a JSON line with the subject",
        [
          resource(types.stage, {
            accessLogSettings: { destinationArn: "a", format: '{"sub":"$context.authorizer.claims.sub"}' },
          }),
        ],
      ],
    ],
  },
  "apigw-execution-logs": {
    caught: [
      ["no settings", [stage], "The stage logs no errors; add MethodSettings for */* with loggingLevel ERROR."],
      [
        "settings of one method only",
        [stage, settings({ loggingLevel: "ERROR" }, "orders/GET")],
        "The stage logs no errors; add MethodSettings for */* with loggingLevel ERROR.",
      ],
      [
        "logging that is off",
        [stage, settings({ loggingLevel: "OFF" })],
        "The settings of */* log no errors; set loggingLevel to ERROR.",
      ],
    ],
    passes: [
      ["errors", [stage, settings({ loggingLevel: "ERROR" })]],
      ["everything", [stage, settingsByDependency({ loggingLevel: "INFO" })]],
    ],
  },
  "apigw-throttled": {
    caught: [
      ["no settings", [stage], "The stage is not throttled; add MethodSettings for */* with both limits."],
      [
        "the default limits",
        [stage, settings({ throttlingRateLimit: -1, throttlingBurstLimit: -1 })],
        "The settings of */* do not throttle; set throttlingRateLimit and throttlingBurstLimit.",
      ],
      [
        "a rate without a burst",
        [stage, settings({ throttlingRateLimit: 10 })],
        "The settings of */* do not throttle; set throttlingRateLimit and throttlingBurstLimit.",
      ],
    ],
    passes: [["both limits", [stage, settingsByDependency({ throttlingRateLimit: 10, throttlingBurstLimit: 20 })]]],
  },
  "apigw-no-data-trace": {
    caught: [["data tracing", [settings({ dataTraceEnabled: true })], "dataTraceEnabled is true; set it to false."]],
    passes: [
      ["none", [settings({ dataTraceEnabled: false })]],
      ["the default", [settings({})]],
    ],
  },
  "apigw-xray": {
    caught: [["no tracing", [resource(types.stage, {})], "xrayTracingEnabled is not true; set it."]],
    passes: [["tracing", [stage]]],
  },
  "apigw-behind-firewall": {
    caught: [["a bare stage", [stage], "The stage has no web ACL; add a WebAclAssociation."]],
    passes: [
      [
        "a stage with a web ACL",
        [stage, resource(types.association, {}, { propertyDependencies: { resourceArn: [stage.urn] } })],
      ],
    ],
  },
  "lambda-runtime-supported": {
    caught: [
      [
        "the tutorial's runtime",
        [resource(types.lambda, { runtime: "nodejs20.x" })],
        "runtime is nodejs20.x; use nodejs24.x.",
      ],
      ["an older one", [resource(types.lambda, { runtime: "nodejs8.10" })], "runtime is nodejs8.10; use nodejs24.x."],
    ],
    passes: [
      ["nodejs24.x", [resource(types.lambda, { runtime: "nodejs24.x" })]],
      ["nodejs22.x", [resource(types.lambda, { runtime: "nodejs22.x" })]],
      ["an image, which has no runtime", [resource(types.lambda, {})]],
    ],
  },
  "lambda-no-star-actions": {
    caught: [
      ["everything", policy({ Effect: "Allow", Action: "*", Resource: "*" }), "The policy allows *; name the actions."],
      [
        "all of a service",
        policy({ Effect: "Allow", Action: ["logs:PutLogEvents", "s3:Get*"], Resource: "arn" }),
        "The policy allows s3:Get*; name the actions.",
      ],
      [
        "one action on everything",
        policy({ Effect: "Allow", Action: "dynamodb:GetItem", Resource: "*" }),
        "The policy allows dynamodb:GetItem on everything; name the resources.",
      ],
      [
        "a star in a role's own policy",
        [
          resource(types.role, {
            inlinePolicies: [{ policy: '{"Statement":{"Effect":"Allow","Action":"iam:*","Resource":"arn"}}' }],
          }),
        ],
        "The policy allows iam:*; name the actions.",
      ],
    ],
    passes: [
      [
        "named actions, and X-Ray, which has no resources to name",
        policy(
          { Effect: "Allow", Action: ["logs:PutLogEvents"], Resource: "arn" },
          { Effect: "Allow", Action: ["xray:PutTraceSegments"], Resource: "*" },
        ),
      ],
      ["a denial of everything", policy({ Effect: "Deny", Action: "*", Resource: "*" })],
    ],
  },
  "lambda-permission-has-source-arn": {
    caught: [
      [
        "no source",
        permission({ principal: "apigateway.amazonaws.com" }),
        "The permission has no sourceArn; name the method, rule or bucket.",
      ],
      ["everybody", permission({ principal: "*" }), "principal is *: everybody may run the function; name a service."],
      [
        "a whole API",
        permission({
          principal: "apigateway.amazonaws.com",
          sourceArn: "arn:aws:execute-api:us-east-1:123456789012:abc/*/*",
        }),
        "sourceArn arn:aws:execute-api:us-east-1:123456789012:abc/*/* is every method of the API; name the method and path.",
      ],
    ],
    passes: [
      [
        "one method",
        permission({
          principal: "apigateway.amazonaws.com",
          sourceArn: "arn:aws:execute-api:us-east-1:123456789012:abc/*/GET/orders/*",
        }),
      ],
      ["another account's role", permission({ principal: "123456789012" })],
    ],
  },
  "log-retention-set": {
    caught: [
      ["for ever", [resource(types.logGroup, {})], "retentionInDays is not set; set it."],
      ["for ever, as zero", [resource(types.logGroup, { retentionInDays: 0 })], "retentionInDays is not set; set it."],
    ],
    passes: [["a day", [resource(types.logGroup, { retentionInDays: 1 })]]],
  },
  "trail-validates-files": {
    caught: [["a trail without", [resource(types.trail, {})], "enableLogFileValidation is not true; set it."]],
    passes: [
      ["a trail with", [resource(types.trail, { enableLogFileValidation: true })]],
      ["the component around it, which the engine knows without its inputs", [resource("awsx:cloudtrail:Trail", {})]],
    ],
  },
};

describe("the policy pack's rules", () => {
  it("each catch something and let something pass, here below", () => {
    deepEqual(Object.keys(cases).sort(), rules.map((rule) => rule.name).sort());
    for (const { caught, passes } of Object.values(cases)) {
      notEqual(caught.length, 0);
      notEqual(passes.length, 0);
    }
  });

  it("each are a file of their own, say why, and name the control they answer to", () => {
    for (const { name, description, why, answersTo } of rules) {
      equal(existsSync(new URL(`../../policy/rules/${name}.ts`, import.meta.url)), true, name);
      match(description, /^[A-Z].+\.$/, name);
      match(why, /^[A-Z].+\.$/, name);
      notEqual(answersTo.length, 0, name);
    }
    equal(new Set(rules.map((rule) => rule.name)).size, rules.length);
  });

  for (const rule of rules) {
    describe(rule.name, () => {
      for (const [what, resources, sentence] of cases[rule.name]?.caught ?? []) {
        it(`catches ${what}`, () => {
          deepEqual(
            violationsOf(rule, resources).map(({ message }) => message),
            [sentence],
          );
        });
      }
      for (const [what, resources] of cases[rule.name]?.passes ?? []) {
        it(`lets pass ${what}`, () => deepEqual(violationsOf(rule, resources), []));
      }
    });
  }
});
