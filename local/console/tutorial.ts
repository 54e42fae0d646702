/**
 * The steps of the tutorial "Secure your API Gateway with Amazon Cognito User Pools", and which of them each resource
 * type takes. What a console user clicks together there, the program declares.
 */

const STEP_OF_TYPE: Record<string, string> = {
  "aws:cognito/userPool:UserPool": "Create the user pool",
  "aws:cognito/userPoolClient:UserPoolClient": "Add an app client",
  "aws:cognito/userPoolDomain:UserPoolDomain": "Give the pool a domain with the hosted UI",
  "aws:lambda/function:Function": "Create the Lambda function",
  "aws:apigateway/restApi:RestApi": "Create the REST API",
  "aws:apigateway/resource:Resource": "Create a resource",
  "aws:apigateway/method:Method": "Create a method, with the authorizer on it",
  "aws:apigateway/integration:Integration": "Let the method invoke the function",
  "aws:apigateway/authorizer:Authorizer": "Create the Cognito authorizer",
  "aws:apigateway/deployment:Deployment": "Deploy the API",
  "aws:apigateway/restApiPut:RestApiPut": "Create the resource and method, with the Cognito authorizer on them",
  "aws:apigateway/stage:Stage": "Deploy to a stage",
};

/** A REST API that is one OpenAPI document takes several steps at once. */
const OF_DOCUMENT = "Create the REST API, its resource and method, and the Cognito authorizer on them";

/** @returns the tutorial's step that a resource takes, if it takes one */
export function tutorialStep({ type, inputs }: { type: string; inputs: Record<string, unknown> }): string | undefined {
  if (type === "aws:apigateway/restApi:RestApi" && inputs.body !== undefined) return OF_DOCUMENT;
  return STEP_OF_TYPE[type];
}
