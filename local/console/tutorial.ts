/**
 * The steps of the tutorial "Secure your API Gateway with Amazon Cognito User Pools", and which of them each resource
 * type takes. What a console user clicks together there, the program declares.
 */

export const TUTORIAL_STEPS = {
  "user-pool": "Create the user pool",
  "app-client": "Add an app client",
  "hosted-ui": "Give the pool a domain with the hosted UI",
  function: "Create the Lambda function",
  "rest-api": "Create the REST API",
  resource: "Create a resource",
  method: "Create a method on it",
  authorizer: "Create the Cognito authorizer",
  deployment: "Deploy the API",
  stage: "Deploy to a stage",
} as const;

/** A REST API that is one OpenAPI document takes four of the tutorial's steps at once. */
const OF_DOCUMENT = "Create the REST API, its resource and method, and the Cognito authorizer on them";

const STEP_OF_TYPE: Record<string, string> = {
  "aws:cognito/userPool:UserPool": TUTORIAL_STEPS["user-pool"],
  "aws:cognito/userPoolClient:UserPoolClient": TUTORIAL_STEPS["app-client"],
  "aws:cognito/userPoolDomain:UserPoolDomain": TUTORIAL_STEPS["hosted-ui"],
  "aws:lambda/function:Function": TUTORIAL_STEPS.function,
  "aws:apigateway/restApi:RestApi": TUTORIAL_STEPS["rest-api"],
  "aws:apigateway/resource:Resource": TUTORIAL_STEPS.resource,
  "aws:apigateway/method:Method": TUTORIAL_STEPS.method,
  "aws:apigateway/authorizer:Authorizer": TUTORIAL_STEPS.authorizer,
  "aws:apigateway/deployment:Deployment": TUTORIAL_STEPS.deployment,
  "aws:apigateway/stage:Stage": TUTORIAL_STEPS.stage,
};

/** @returns the tutorial's step that a resource takes, if it takes one */
export function tutorialStep({ type, inputs }: { type: string; inputs: Record<string, unknown> }): string | undefined {
  if (type === "aws:apigateway/restApi:RestApi" && inputs.body !== undefined) return OF_DOCUMENT;
  return STEP_OF_TYPE[type];
}
