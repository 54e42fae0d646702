/** What AWS refuses of REST APIs and functions when a program is deployed. */
import assert from "node:assert/strict";
import type { Resource, ResourceGraph } from "../../../local/engine/graph.ts";
import { awsProvider, buildModel } from "../../../local/resources/aws.ts";

type Inputs = Record<string, unknown>;
/** A resource, whose inputs may name those before it by their ids and outputs. */
type Step = [type: string, name: string, inputs: Inputs | ((made: Record<string, Resource>) => Inputs)];

/** @throws what AWS would refuse */
async function deploy(steps: readonly Step[]): Promise<void> {
  const provider = awsProvider("us-east-1");
  const made: Record<string, Resource> = {};
  for (const [type, name, given] of steps) {
    const inputs = typeof given === "function" ? given(made) : given;
    const urn = `urn:pulumi:dev::app::${type}::${name}`;
    const { id, outputs } = await provider.create({ type, name, inputs, provider: "", urn });
    made[name] = {
      ...{ type, name, urn, id, inputs, parent: "", custom: true, remote: false, dependencies: [] },
      ...{ protect: false, retainOnDelete: false, deleteBeforeReplace: false, ignoreChanges: [] },
      outputs: { ...inputs, ...outputs },
    };
  }
  const resources = Object.values(made);
  const graph: ResourceGraph = { project: "app", stack: "dev", resources, outputs: {}, secretOutputs: [] };
  buildModel(graph, "us-east-1", () => "/var/task");
}

const api = (kind: string) => `aws:apigateway/${kind}:${kind[0]!.toUpperCase()}${kind.slice(1)}`;
const REST_API: Step = [api("restApi"), "api", { name: "api" }];
const part = (name: string, pathPart: string, parent?: string): Step => [
  ...([api("resource"), name] as const),
  (made) => ({
    restApi: made.api!.id,
    parentId: parent === undefined ? made.api!.outputs.rootResourceId : made[parent]!.id,
    pathPart,
  }),
];
const onRoot = (kind: string, name: string, inputs: Inputs): Step => [
  ...([api(kind), name] as const),
  (made) => ({
    ...{ restApi: made.api!.id, resourceId: made.api!.outputs.rootResourceId, httpMethod: "GET" },
    ...inputs,
  }),
];
const method = (inputs: Inputs = {}): Step => onRoot("method", "get", { authorization: "NONE", ...inputs });
const integration = (inputs: Inputs): Step =>
  onRoot("integration", "backend", { type: "MOCK", integrationHttpMethod: "POST", ...inputs });
const mapped = (parameters: Inputs): Step[] => [
  ...[REST_API, method({ requestParameters: { "method.request.path.id": true } })],
  integration({ type: "HTTP", uri: "http://127.0.0.1/", requestParameters: parameters }),
];
const answered = (parameters: Inputs, declared?: Inputs): Step[] => [
  ...[REST_API, method(), integration({})],
  ...(declared ? [onRoot("methodResponse", "declared", { statusCode: "200", responseParameters: declared })] : []),
  onRoot("integrationResponse", "mapped", { statusCode: "200", responseParameters: parameters }),
];

const FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:orders";
const INVOCATIONS = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FUNCTION_ARN}/invocations`;
const expression = (...errors: string[]) =>
  `BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], errors : [${errors.join(", ")}]`;
const PROXY_ONLY =
  "BadRequestException: Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.";
const NO_AUTHORIZER =
  "BadRequestException: Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.";

const REST: [what: string, steps: Step[], message: string][] = [
  [
    "two variable parts below one resource",
    [REST_API, part("all", "{proxy+}"), part("one", "{id}")],
    "BadRequestException: A sibling ({proxy+}) of this resource already has a variable path part -- only one is allowed",
  ],
  [
    "a child of a greedy variable",
    [REST_API, part("all", "{proxy+}"), part("child", "child", "all")],
    "BadRequestException: Cannot create a child of a resource with a greedy path variable: {proxy+}",
  ],
  [
    "a part with a slash",
    [REST_API, part("two", "orders/{id}")],
    "BadRequestException: Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end.",
  ],
  [
    "a method with COGNITO_USER_POOLS and no authorizer",
    [REST_API, method({ authorization: "COGNITO_USER_POOLS" })],
    NO_AUTHORIZER,
  ],
  ["a method with CUSTOM and no authorizer", [REST_API, method({ authorization: "CUSTOM" })], NO_AUTHORIZER],
  [
    "a method that there is not",
    [REST_API, method({ httpMethod: "get" })],
    "BadRequestException: Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY",
  ],
  [
    "a parameter named twice",
    [
      REST_API,
      method({ requestParameters: { "method.request.querystring.a": false, "method.request.header.a": true } }),
    ],
    "BadRequestException: Parameter names must be unique across querystring, header and path",
  ],
  [
    "a model that there is not",
    [REST_API, method({ requestModels: { "application/json": "Order" } })],
    "BadRequestException: Invalid model identifier specified: Order",
  ],
  [
    "a model without a schema",
    [
      REST_API,
      [api("model"), "m", (made) => ({ restApi: made.api!.id, name: "Order", contentType: "application/json" })],
    ],
    "BadRequestException: Model schema must have at least 1 property or array items defined",
  ],
  [
    "a model of a name that is taken",
    [
      REST_API,
      [
        api("model"),
        "m",
        (made) => ({ restApi: made.api!.id, name: "Error", contentType: "application/json", schema: "{}" }),
      ],
    ],
    "ConflictException: Model name already exists for this REST API",
  ],
  [
    "an integration without a method",
    [REST_API, method(), integration({ type: "AWS_PROXY", integrationHttpMethod: undefined, uri: INVOCATIONS })],
    "BadRequestException: Enumeration value for HttpMethod must be non-empty",
  ],
  [
    "an HTTP integration of something else",
    [REST_API, method(), integration({ type: "HTTP", uri: "example.com" })],
    "BadRequestException: Invalid HTTP endpoint specified for URI",
  ],
  [
    "an integration of no ARN",
    [REST_API, method(), integration({ type: "AWS", uri: "orders" })],
    "BadRequestException: Invalid ARN specified in the request",
  ],
  [
    "an integration of the function's own ARN",
    [REST_API, method(), integration({ type: "AWS_PROXY", uri: FUNCTION_ARN })],
    "BadRequestException: AWS ARN for integration must contain path or action. Write the function's invokeArn, not its arn.",
  ],
  [
    "a proxy integration of S3",
    [REST_API, method(), integration({ type: "AWS_PROXY", uri: "arn:aws:apigateway:us-east-1:s3:path/b/k" })],
    PROXY_ONLY,
  ],
  [
    "a proxy integration of another path",
    [
      REST_API,
      method(),
      integration({ type: "AWS_PROXY", uri: INVOCATIONS.replace("2015-03-31/functions", "random/value") }),
    ],
    PROXY_ONLY,
  ],
  [
    "a mapped value without quotes",
    mapped({ "integration.request.header.a": "true" }),
    expression("Invalid mapping expression specified: true"),
  ],
  [
    "a mapped parameter that the method does not declare",
    mapped({
      "integration.request.path.id": "method.request.path.id",
      "integration.request.header.a": "method.request.header.A",
    }),
    expression("Invalid mapping expression parameter specified: method.request.header.A"),
  ],
  [
    "a mapped answer without a method response",
    answered({ "method.response.header.Access-Control-Allow-Origin": "'*'" }),
    expression("No method response exists for method."),
  ],
  [
    "a mapped field that the method response does not declare, and a value without quotes",
    answered(
      { "method.response.header.A": "'*'", "method.response.header.B": "*" },
      { "method.response.header.B": true },
    ),
    expression(
      "Invalid mapping expression parameter specified: method.response.header.A",
      "Invalid mapping expression specified: *",
    ),
  ],
  [
    "a status that is none",
    [REST_API, method(), integration({}), onRoot("integrationResponse", "r", { statusCode: "wrong" })],
    "ValidationException: 1 validation error detected: Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\\d\\d",
  ],
  [
    "a gateway response of no type",
    [REST_API, [api("response"), "r", (made) => ({ restApiId: made.api!.id, responseType: "FAKE" })]],
    "ValidationException: 1 validation error detected: Value 'FAKE' at 'responseType' failed to satisfy constraint: Member must satisfy enum value set: [REQUEST_TOO_LARGE, RESOURCE_NOT_FOUND, ",
  ],
  [
    "scopes without a user pool's authorizer",
    [REST_API, method({ authorizationScopes: ["a/b"] })],
    "BadRequestException: Authorization Scopes are only valid for COGNITO_USER_POOLS authorization type",
  ],
  [
    "a parameter from nowhere",
    [REST_API, method({ requestParameters: { "method.request.cookie.a": true } })],
    expression("Invalid mapping expression parameter specified: method.request.cookie.a"),
  ],
  [
    "a stage of another name",
    [
      ...[REST_API, method(), integration({})],
      [api("stage"), "s", (made) => ({ restApi: made.api!.id, deployment: "d", stageName: "v1.0" })],
    ],
    "BadRequestException: Stage name only allows a-zA-Z0-9_",
  ],
  [
    "an API key that is short",
    [[api("apiKey"), "k", { value: "x".repeat(19) }]],
    "BadRequestException: API Key value should be at least 20 characters",
  ],
  [
    "an API key that is long",
    [[api("apiKey"), "k", { value: "x".repeat(129) }]],
    "BadRequestException: API Key value exceeds maximum size of 128 characters",
  ],
];

const fn = (inputs: Inputs): Step => [
  ...(["aws:lambda/function:Function", "orders"] as const),
  {
    name: "orders",
    runtime: "nodejs24.x",
    handler: "index.handler",
    role: "arn:aws:iam::123456789012:role/r",
    ...inputs,
  },
];
const alias = (inputs: Inputs): Step => [
  ...(["aws:lambda/alias:Alias", "live"] as const),
  { name: "live", functionName: "orders", functionVersion: "1", ...inputs },
];
const weights = (additionalVersionWeights: Inputs) => ({ routingConfig: { additionalVersionWeights } });
const asynchronous = (inputs: Inputs): Step[] => [
  fn({}),
  ["aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "c", { functionName: "orders", ...inputs }],
];
const layer = (name: string, version: number) => `arn:aws:lambda:us-east-1:123456789012:layer:${name}:${version}`;
const value = (what: string, member: string, constraint: string) =>
  `ValidationException: 1 validation error detected: Value '${what}' at '${member}' failed to satisfy constraint: ${constraint}`;
const UNABLE =
  "InvalidParameterValueException: Lambda was unable to configure your environment variables because the environment variables you have provided";

const LAMBDA: [what: string, steps: Step[], message: string][] = [
  [
    "variables of its own",
    [fn({ environment: { variables: { AWS_REGION: "eu-west-1", TABLE: "t", AWS_ACCESS_KEY_ID: "x" } } })],
    `${UNABLE} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: AWS_REGION, AWS_ACCESS_KEY_ID`,
  ],
  [
    "variables of more than 4 KB",
    [fn({ environment: { variables: { LARGE_VAR: "x".repeat(4081) } } })],
    `${UNABLE} exceeded the 4KB limit.`,
  ],
  [
    "a timeout of more than 15 minutes",
    [fn({ timeout: 901 })],
    value("901", "timeout", "Member must have value less than or equal to 900"),
  ],
  [
    "little memory",
    [fn({ memorySize: 64 })],
    value("64", "memorySize", "Member must have value greater than or equal to 128"),
  ],
  [
    "six layers",
    [fn({ layers: [1, 2, 3, 4, 5, 6].map((at) => layer(`l${at}`, 1)) })],
    "InvalidParameterValueException: Cannot reference more than 5 layers.",
  ],
  [
    "two versions of a layer",
    [fn({ layers: [layer("a", 1), layer("a", 2)] })],
    `InvalidParameterValueException: Two different versions of the same layer are not allowed to be referenced in the same function. ${layer("a", 1)} and ${layer("a", 2)} are versions of the same layer.`,
  ],
  [
    "an alias that is a number",
    [fn({}), alias({ name: "2024" })],
    value("2024", "name", "Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)"),
  ],
  [
    "an alias with two other versions",
    [fn({}), alias(weights({ 2: 0.1, 3: 0.1 }))],
    "InvalidParameterValueException: Number of items in AdditionalVersionWeights cannot be greater than 1",
  ],
  [
    "a weight above 1",
    [fn({}), alias(weights({ 2: 2 }))],
    value(
      "{2=2}",
      "routingConfig.additionalVersionWeights",
      "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]",
    ),
  ],
  [
    "its own version with a weight",
    [fn({}), alias(weights({ 1: 0.5 }))],
    "InvalidParameterValueException: Invalid function version 1. Function version 1 is already included in routing configuration.",
  ],
  [
    "$LATEST with another version",
    [fn({}), alias({ functionVersion: "$LATEST", ...weights({ 1: 0.5 }) })],
    "InvalidParameterValueException: $LATEST is not supported for an alias pointing to more than 1 version",
  ],
  [
    "asynchronous invocation without a setting",
    asynchronous({}),
    "InvalidParameterValueException: You must specify at least one of error handling or destination setting.",
  ],
  [
    "itself as a destination",
    asynchronous({ destinationConfig: { onFailure: { destination: FUNCTION_ARN } } }),
    "InvalidParameterValueException: You can't specify the function as a destination for itself.",
  ],
];

const POOL: Step = ["aws:cognito/userPool:UserPool", "pool", {}];
const pool = (inputs: Inputs): Step => ["aws:cognito/userPool:UserPool", "pool", inputs];
const client = (inputs: Inputs): Step => [
  ...(["aws:cognito/userPoolClient:UserPoolClient", "app"] as const),
  (made) => ({ userPoolId: made.pool!.id, ...inputs }),
];
const oauth = (inputs: Inputs): Step[] => [
  POOL,
  client({
    ...{ allowedOauthFlowsUserPoolClient: true, allowedOauthScopes: ["openid"], callbackUrls: ["https://a.example"] },
    ...inputs,
  }),
];
const domain = (name: string, inputs: Inputs = {}): Step => [
  ...(["aws:cognito/userPoolDomain:UserPoolDomain", "d"] as const),
  (made) => ({ userPoolId: made.pool!.id, domain: name, ...inputs }),
];

const COGNITO: [what: string, steps: Step[], message: string][] = [
  [
    "client_credentials with another flow",
    oauth({ allowedOauthFlows: ["client_credentials", "code"], generateSecret: true }),
    "InvalidOAuthFlowException: client_credentials flow can not be selected along with code flow or implicit flow.",
  ],
  [
    "client_credentials without a secret",
    oauth({ allowedOauthFlows: ["client_credentials"] }),
    "InvalidOAuthFlowException: client_credentials flow can not be selected if client does not have a client secret.",
  ],
  [
    "a flow without a callback URL",
    oauth({ allowedOauthFlows: ["code"], callbackUrls: [] }),
    "InvalidOAuthFlowException: CallbackUrls can not be empty when code flow or implicit flow is selected",
  ],
  [
    "a callback URL without TLS",
    oauth({ allowedOauthFlows: ["code"], callbackUrls: ["http://shop.example/back"] }),
    "InvalidParameterException: http://shop.example/back cannot use the HTTP protocol.",
  ],
  [
    "a default redirect URI that is no callback URL",
    oauth({ allowedOauthFlows: ["code"], defaultRedirectUri: "https://b.example" }),
    "InvalidParameterException: The default redirect URI https://b.example is not in the callback URIs list.",
  ],
  [
    "an attribute that no client writes",
    [POOL, client({ writeAttributes: ["email", "email_verified"] })],
    "InvalidParameterException: Invalid write attributes specified while creating a client",
  ],
  [
    "an attribute that the pool does not have",
    [POOL, client({ readAttributes: ["email", "custom:tenant"] })],
    "InvalidParameterException: Invalid read attributes specified while creating a client",
  ],
  [
    "a domain with other characters",
    [POOL, domain("My_Shop")],
    "InvalidParameterException: The domain name contains an invalid character. Domain names can only contain lower-case letters, numbers, and hyphens. Please enter a different name that follows this format: ^[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?$",
  ],
  [
    "aws in a domain",
    [POOL, domain("my-aws-shop")],
    "InvalidParameterException: Domain cannot contain reserved word: aws",
  ],
  [
    "cognito in a domain",
    [POOL, domain("newcognito")],
    "InvalidParameterException: Domain cannot contain reserved word: cognito",
  ],
  [
    "managed login in the LITE tier",
    [pool({ userPoolTier: "LITE" }), domain("shop", { managedLoginVersion: 2 })],
    "The following feature is not available for the LITE pricing tier configured: Managed Login Version 2",
  ],
  [
    "first factors without a password",
    [pool({ signInPolicy: { allowedFirstAuthFactors: ["EMAIL_OTP"] } })],
    "InvalidParameterException: Password should be configured as one of the allowed first auth factors.",
  ],
  [
    "phone numbers verified without SMS",
    [pool({ autoVerifiedAttributes: ["phone_number"] })],
    "InvalidParameterException: SMS configuration is required when phone_number is selected for auto verification",
  ],
];

const problemOf = async (steps: readonly Step[]): Promise<string> => {
  try {
    await deploy(steps);
  } catch (error) {
    const { message, diagnostics = [] } = error as Error & { diagnostics?: { message: string }[] };
    return [message, ...diagnostics.map((one) => one.message)].join("\n");
  }
  return "nothing";
};

describe("what AWS refuses of a REST API", () => {
  for (const [what, steps, message] of REST) {
    it(`[D.9] is ${what}`, async () => {
      const problem = await problemOf(steps);
      assert.ok(problem.includes(message), problem);
    });
  }

  it("is nothing of what it takes", async () => {
    const taken: Step[][] = [
      [REST_API, part("a", "orders"), part("b", "{id}", "a"), part("c", "{all+}", "b"), part("d", "a.b_c-d:e")],
      mapped({
        ...{ "integration.request.path.id": "method.request.path.id", "integration.request.header.a": "'it''s'" },
        ...{ "integration.request.header.b": "context.requestId", "integration.request.header.c": "stageVariables.c" },
        "integration.request.header.d": "method.request.body.a.b",
      }),
      answered(
        {
          "method.response.header.a": "integration.response.body.a[0]",
          "method.response.header.b": "integration.response.header.B",
        },
        { "method.response.header.A": true, "method.response.header.b": false },
      ),
      answered({}),
      [
        REST_API,
        method({ requestModels: { "application/json": "Error" } }),
        integration({ type: "MOCK", integrationHttpMethod: undefined }),
      ],
      [REST_API, method(), integration({ type: "HTTP_PROXY", uri: "https://${stageVariables.host}/a" })],
      [REST_API, method(), integration({ type: "AWS", uri: "arn:aws:apigateway:us-east-1:sqs:action/SendMessage" })],
      [
        REST_API,
        method(),
        integration({ type: "AWS_PROXY", uri: INVOCATIONS.replace("orders", "${stageVariables.fn}") }),
      ],
    ];
    for (const steps of taken) assert.equal(await problemOf(steps), "nothing");
  });
});

describe("what AWS refuses of a user pool", () => {
  for (const [what, steps, message] of COGNITO) {
    it(`[C.3] is ${what}`, async () => {
      const problem = await problemOf(steps);
      assert.ok(problem.includes(message), problem);
    });
  }

  it("is nothing of what it takes", async () => {
    const schemas = [{ name: "tenant", attributeDataType: "String" }];
    const machine = { allowedOauthFlows: ["client_credentials"], generateSecret: true, callbackUrls: [] };
    const redirects = { callbackUrls: ["http://localhost/a", "app://b"], defaultRedirectUri: "app://b" };
    const taken: Step[][] = [
      [pool({ schemas }), client({ readAttributes: ["email_verified", "custom:tenant"] })],
      [POOL, client({ ...machine })],
      oauth({ allowedOauthFlows: ["code", "implicit"], ...redirects }),
      [POOL, domain("my-awsome-shop")],
    ];
    for (const steps of taken) assert.equal(await problemOf(steps), "nothing");
  });
});

describe("what AWS refuses of a function", () => {
  for (const [what, steps, message] of LAMBDA) {
    it(`[E.5] is ${what}`, async () => {
      const problem = await problemOf(steps);
      assert.ok(problem.includes(message), problem);
    });
  }

  it("is nothing of what it takes", async () => {
    const taken: Step[][] = [
      [fn({ environment: { variables: { LARGE_VAR: "x".repeat(4080) } }, timeout: 900, memorySize: 10_240 })],
      [fn({ layers: [layer("a", 1), layer("b", 1)] }), alias(weights({ 2: 0 })), alias(weights({ 2: 1 }))],
      asynchronous({ maximumRetryAttempts: 0 }),
    ];
    for (const steps of taken) assert.equal(await problemOf(steps), "nothing");
  });
});
