/**
 * What a Pulumi program declared, in each service's own terms, with every default already applied.
 *
 * `local/resources` writes these from the resource graph; the services (`cognito`, `apigateway`, `lambda`) read nothing
 * else of the program. Names and defaults follow the AWS control-plane APIs.
 */

export interface CloudModel {
  /** e.g. `us-east-1` */
  region: string;
  /** Twelve digits; locally always the same made-up account. */
  accountId: string;
  userPools: UserPoolModel[];
  restApis: RestApiModel[];
  httpApis: HttpApiModel[];
  tables: TableModel[];
  parameters: ParameterModel[];
  secrets: SecretModel[];
  functions: FunctionModel[];
  functionUrls: FunctionUrlModel[];
  eventSources: EventSourceModel[];
  /** Functions that the program declares and that do not run here: `because` is a clause for the person. */
  functionsElsewhere: { name: string; arn: string; because: string }[];
  functionPermissions: FunctionPermissionModel[];
  customDomains: CustomDomainModel[];
  buckets: BucketModel[];
  /** Those that integrations get objects with. */
  roles: RoleModel[];
}

/** What answers below a path of an API's custom domain name on AWS. */
export interface CustomDomainModel {
  domainName: string;
  /** Without slashes around it; empty for the whole domain name. */
  basePath: string;
  apiId: string;
  /** `undefined` where the stage is the next segment of the path, as REST APIs may have it. */
  stage: string | undefined;
}

// ---------------------------------------------------------------- S3

export interface BucketModel {
  name: string;
  /** Whether the program makes it; of one that it only uploads to, other objects may lie in it. */
  declared: boolean;
  /** A policy with a statement that denies, which nothing here evaluates. */
  denies: boolean;
  /** A policy with a statement that allows somebody something. */
  allows: boolean;
  objects: BucketObjectModel[];
}

export interface RoleModel {
  arn: string;
  /** Of all its policies; `undefined` when the program does not say all of them. */
  statements: Record<string, unknown>[] | undefined;
}

/** What the program uploads (PutObject). */
export interface BucketObjectModel {
  key: string;
  /** The bytes, the absolute path of the file that has them, or a clause that says why they are not known here. */
  content: Buffer | { file: string } | { unknown: string };
  /** The header fields that an answer carries because the upload named them, by their lower-case names. */
  fields: Record<string, string>;
}

// ---------------------------------------------------------------- Cognito

export interface UserPoolModel {
  /** `<region>_` and nine letters or digits */
  id: string;
  arn: string;
  name: string;
  usernameAttributes: ("email" | "phone_number")[];
  aliasAttributes: ("email" | "phone_number" | "preferred_username")[];
  usernameCaseSensitive: boolean;
  autoVerifiedAttributes: ("email" | "phone_number")[];
  passwordPolicy: PasswordPolicy;
  mfa: "OFF" | "OPTIONAL" | "ON";
  softwareTokenMfa: boolean;
  adminCreateUserOnly: boolean;
  /** Only what the program added or changed; the standard attributes are always there. */
  schema: AttributeSchema[];
  messages: MessageTemplates;
  /** Attributes whose new value counts only once its code came back; until then the old one does. */
  verifiedBeforeUpdate: ("email" | "phone_number")[];
  /** What the pool remembers people's devices for; `undefined` where it tracks none. */
  devices: DeviceTracking | undefined;
  /** Ways to a new password, the preferred one first; `undefined` when the program says nothing. */
  accountRecovery: RecoveryMechanism[] | undefined;
  /** The functions that the pool calls (`LambdaConfig`), by the moment. */
  triggers: Partial<Record<TriggerName, TriggerModel>>;
  /** Where threat protection is to block or to challenge: by client, `undefined` for the whole pool. */
  riskActions: { clientId: string | undefined }[];
  emailMfa: boolean;
  /** `SmsConfiguration` is set, so that the pool can send codes as text messages. */
  sms: boolean;
  /** What the service does not act on and DescribeUserPool answers, in the API's names; `undefined` members are left out. */
  described: Record<string, unknown>;
  tier: "LITE" | "ESSENTIALS" | "PLUS";
  deletionProtection: boolean;
  domains: HostedUiModel[];
  clients: AppClientModel[];
  resourceServers: { identifier: string; name: string; scopes: { name: string; description: string }[] }[];
  groups: GroupModel[];
  identityProviders: IdentityProviderModel[];
  /** Users that the program itself declares (`aws.cognito.User`), with the groups they are put in. */
  users: DeclaredUser[];
}

export type TriggerName =
  | "preSignUp"
  | "postConfirmation"
  | "preAuthentication"
  | "postAuthentication"
  | "preTokenGeneration"
  | "userMigration"
  | "customMessage"
  | "defineAuthChallenge"
  | "createAuthChallenge"
  | "verifyAuthChallengeResponse"
  | "customEmailSender"
  | "customSmsSender";

export interface TriggerModel {
  functionArn: string;
  /** e.g. `V2_0`, where the program says one. */
  version: string | undefined;
}

export interface DeviceTracking {
  /** Whether a remembered device stands for the second factor (`ChallengeRequiredOnNewDevice`). */
  replaceSecondFactor: boolean;
  /** Whether a device is remembered only when the person says so (`DeviceOnlyRememberedOnUserPrompt`). */
  onlyOnUserPrompt: boolean;
}

export type RecoveryMechanism = "verified_email" | "verified_phone_number" | "admin_only";

/** An e-mail and the text message that stands for it where there is only a phone number. `{####}` is the code. */
export interface MessageTemplate {
  subject: string;
  email: string;
  sms: string;
}

export interface MessageTemplates {
  /** With `CONFIRM_WITH_LINK` the sign-up mail's `{##text##}` becomes a link. */
  verification: MessageTemplate & { option: "CONFIRM_WITH_CODE" | "CONFIRM_WITH_LINK" };
  /** A code that is to be typed in, whatever sign-up mails carry: for a changed address. */
  code: MessageTemplate;
  passwordReset: MessageTemplate;
  /** Also with `{username}`. */
  invitation: MessageTemplate;
  secondFactor: MessageTemplate;
}

export interface GroupModel {
  name: string;
  description: string;
  precedence: number | undefined;
  roleArn?: string | undefined;
}

/** Somebody else's directory that people may sign in with. */
export interface IdentityProviderModel {
  name: string;
  /** e.g. `OIDC`, `Google`, `SAML` */
  type: string;
  /** As DescribeIdentityProvider answers them; the client secret is among them. */
  details: Record<string, string>;
  /** User pool attribute → claim; `username` is the claim that names a person at the provider. */
  attributeMapping: Record<string, string>;
  /** Other names for `idp_identifier`. */
  identifiers: string[];
  /** `undefined` for a provider that is not served: nobody can sign in with it. */
  signIn: ProviderSignIn | undefined;
}

/** How the pool, as a client of the provider, signs people in. */
export interface ProviderSignIn {
  /** Whether the provider says who somebody is in an ID token; otherwise only its attributes endpoint does. */
  idToken: boolean;
  clientId: string;
  clientSecret: string | undefined;
  /** Names with spaces between. */
  scope: string;
  issuer: string | undefined;
  /** Endpoints that are not given are discovered from the issuer. */
  authorizeUrl: string | undefined;
  tokenUrl: string | undefined;
  jwksUrl: string | undefined;
  attributesUrl: string | undefined;
  attributesMethod: "GET" | "POST";
  /** Whether the provider is told the `login_hint` of the application. */
  takesLoginHint: boolean;
}

export interface PasswordPolicy {
  minimumLength: number;
  requireLowercase: boolean;
  requireUppercase: boolean;
  requireNumbers: boolean;
  requireSymbols: boolean;
  temporaryPasswordValidityDays: number;
  passwordHistorySize: number;
}

export interface AttributeSchema {
  /** With its prefix: `custom:tenant`, or a standard attribute's name. */
  name: string;
  type: "String" | "Number" | "DateTime" | "Boolean";
  mutable: boolean;
  required: boolean;
  /** Only an administrator may write it; its name begins with `dev:`. */
  developerOnly?: boolean;
  minLength: number | undefined;
  maxLength: number | undefined;
  minValue: number | undefined;
  maxValue: number | undefined;
}

export interface HostedUiModel {
  /** The prefix of a Cognito domain, or the whole name of a custom one. */
  domain: string;
  custom: boolean;
  /** 1 the classic hosted UI, 2 managed login */
  managedLoginVersion: 1 | 2;
  certificateArn?: string | undefined;
  /** The name of the distribution in front of it. */
  distribution?: string;
}

export type OAuthFlow = "code" | "implicit" | "client_credentials";

export interface AppClientModel {
  id: string;
  name: string;
  secret: string | undefined;
  /** `AllowedOAuthFlowsUserPoolClient` */
  oauthEnabled: boolean;
  flows: OAuthFlow[];
  scopes: string[];
  callbackUrls: string[];
  logoutUrls: string[];
  defaultRedirectUri: string | undefined;
  identityProviders: string[];
  /** The flows that the client may use, in the names that begin with `ALLOW_`. */
  explicitAuthFlows: string[];
  /** `PreventUserExistenceErrors` */
  hideUserExistence: boolean;
  tokenRevocation: boolean;
  validity: {
    idTokenSeconds: number;
    accessTokenSeconds: number;
    refreshTokenSeconds: number;
    authSessionMinutes: number;
  };
  /** `undefined` means all of the pool's. */
  readAttributes: string[] | undefined;
  writeAttributes: string[] | undefined;
  refreshTokenRotation: { enabled: boolean; graceSeconds: number };
  /** Whether a managed-login branding style exists for the client; without one managed login shows no page. */
  branded: boolean;
  /** What DescribeUserPoolClient answers in the units that the program gave, in the API's names. */
  described: Record<string, unknown>;
}

export interface DeclaredUser {
  username: string;
  /** What the program was told as the user's `sub`; a new one is made without it. */
  sub?: string;
  attributes: Record<string, string>;
  /** Whether the invitation is left out (`messageAction` `SUPPRESS`), and by which ways it goes. */
  invitation?: "SUPPRESS" | ("EMAIL" | "SMS")[];
  /** A permanent password makes the user CONFIRMED, a temporary one FORCE_CHANGE_PASSWORD. */
  password: string | undefined;
  temporaryPassword: string | undefined;
  enabled: boolean;
  groups: string[];
}

// ---------------------------------------------------------------- API Gateway (REST, v1)

export interface RestApiModel {
  /** Ten lower-case letters or digits */
  id: string;
  name: string;
  arn: string;
  executionArn: string;
  region: string;
  accountId: string;
  endpointType: "EDGE" | "REGIONAL" | "PRIVATE";
  binaryMediaTypes: string[];
  /** Bytes from which on answers are compressed; `undefined`: never, nor are requests unpacked. */
  minimumCompressionSize: number | undefined;
  disableExecuteApiEndpoint: boolean;
  apiKeySource: "HEADER" | "AUTHORIZER";
  /** The resource policy, JSON text. */
  policy: string | undefined;
  /** Every resource, the root `/` included, with the methods deployed on it. */
  resources: ApiResourceModel[];
  authorizers: AuthorizerModel[];
  gatewayResponses: GatewayResponseModel[];
  requestValidators: { id: string; name: string; validateBody: boolean; validateParameters: boolean }[];
  models: { name: string; contentType: string; schema: string }[];
  stages: StageModel[];
  apiKeys: { id: string; name: string; value: string; enabled: boolean }[];
  usagePlans: UsagePlanModel[];
  /** Which function may be invoked by whom: `aws.lambda.Permission` for `apigateway.amazonaws.com`. */
  invokePermissions: { functionArn: string; sourceArn: string | undefined }[];
}

export interface ApiResourceModel {
  id: string;
  /** e.g. `/transactions/{id}` */
  path: string;
  methods: MethodModel[];
}

export interface MethodModel {
  /** `GET` … or `ANY` */
  httpMethod: string;
  authorization: "NONE" | "AWS_IAM" | "CUSTOM" | "COGNITO_USER_POOLS";
  authorizerId: string | undefined;
  authorizationScopes: string[];
  apiKeyRequired: boolean;
  requestValidatorId: string | undefined;
  /** `method.request.querystring.limit` → required */
  requestParameters: Record<string, boolean>;
  /** content type → model name */
  requestModels: Record<string, string>;
  /** `undefined` when the method has no integration yet: such a method cannot be deployed on AWS. */
  integration: IntegrationModel | undefined;
  methodResponses: { statusCode: string; responseParameters: Record<string, boolean> }[];
}

export interface IntegrationModel {
  type: "AWS_PROXY" | "AWS" | "MOCK" | "HTTP" | "HTTP_PROXY";
  httpMethod: string | undefined;
  uri: string | undefined;
  /** The function behind a Lambda integration, parsed from `uri`. */
  functionArn: string | undefined;
  /** The role that API Gateway calls the integration with, in the place of a permission. */
  credentials: string | undefined;
  timeoutMilliseconds: number;
  passthroughBehavior: "WHEN_NO_MATCH" | "WHEN_NO_TEMPLATES" | "NEVER";
  contentHandling: "CONVERT_TO_BINARY" | "CONVERT_TO_TEXT" | undefined;
  /** `tlsConfig.insecureSkipVerification` */
  skipsTlsVerification: boolean;
  requestParameters: Record<string, string>;
  requestTemplates: Record<string, string>;
  responses: IntegrationResponseModel[];
}

export interface IntegrationResponseModel {
  statusCode: string;
  selectionPattern: string | undefined;
  responseParameters: Record<string, string>;
  responseTemplates: Record<string, string>;
  contentHandling: "CONVERT_TO_BINARY" | "CONVERT_TO_TEXT" | undefined;
}

export interface AuthorizerModel {
  id: string;
  name: string;
  type: "COGNITO_USER_POOLS" | "TOKEN" | "REQUEST";
  providerArns: string[];
  /** e.g. `method.request.header.Authorization` */
  identitySource: string;
  identityValidationExpression: string | undefined;
  resultTtlSeconds: number;
  /** Of the function that decides; stage variables stand in it as they are written. */
  uri: string | undefined;
  /** The role that API Gateway calls the function with, in the place of a permission. */
  credentials: string | undefined;
}

export interface GatewayResponseModel {
  /** e.g. `UNAUTHORIZED`, `DEFAULT_4XX` */
  responseType: string;
  statusCode: string | undefined;
  responseParameters: Record<string, string>;
  responseTemplates: Record<string, string>;
}

export interface StageModel {
  name: string;
  deploymentId: string;
  variables: Record<string, string>;
  accessLog: { format: string; destinationArn: string } | undefined;
  /** By method path as in `aws.apigateway.MethodSettings`: `*` + `/*`, `transactions/GET` … */
  methodSettings: {
    methodPath: string;
    throttlingRateLimit: number | undefined;
    throttlingBurstLimit: number | undefined;
  }[];
}

export interface RateLimit {
  /** Requests a second */
  rateLimit: number;
  /** Requests at once */
  burstLimit: number;
}

export interface UsagePlanModel {
  id: string;
  name: string;
  stages: UsagePlanStageModel[];
  /** Of each key, over all of the plan's stages. */
  throttle: RateLimit | undefined;
  quota: { limit: number; offset: number; period: "DAY" | "WEEK" | "MONTH" } | undefined;
  apiKeyIds: string[];
}

export interface UsagePlanStageModel {
  apiId: string;
  stage: string;
  /** Of each key on one method: `/items/{id}/GET` */
  methodThrottles: ({ methodPath: string } & RateLimit)[];
}

// ---------------------------------------------------------------- API Gateway (HTTP, v2)

export interface HttpApiModel {
  /** Ten lower-case letters or digits */
  id: string;
  name: string;
  arn: string;
  executionArn: string;
  region: string;
  accountId: string;
  disableExecuteApiEndpoint: boolean;
  cors: CorsModel | undefined;
  routes: HttpRouteModel[];
  integrations: HttpIntegrationModel[];
  authorizers: HttpAuthorizerModel[];
  stages: HttpStageModel[];
}

export interface CorsModel {
  allowCredentials: boolean;
  allowHeaders: string[];
  allowMethods: string[];
  allowOrigins: string[];
  exposeHeaders: string[];
  /** Seconds */
  maxAge: number | undefined;
}

export interface HttpRouteModel {
  id: string;
  /** `GET /items/{id}`, `ANY /{proxy+}` or `$default` */
  routeKey: string;
  authorization: "NONE" | "AWS_IAM" | "CUSTOM" | "JWT";
  authorizerId: string | undefined;
  authorizationScopes: string[];
  integrationId: string | undefined;
}

export interface HttpIntegrationModel {
  id: string;
  type: "AWS_PROXY" | "HTTP_PROXY";
  /** `SQS-SendMessage` …: a service that is called without a function. */
  subtype: string | undefined;
  /** May hold `${stageVariables.name}` */
  uri: string | undefined;
  httpMethod: string | undefined;
  payloadFormatVersion: "1.0" | "2.0";
  timeoutMilliseconds: number;
  /** The role that the API calls the integration with, in the place of a permission. */
  credentials: string | undefined;
  /** Reached through a VPC link. */
  isPrivate: boolean;
  /** `append:header.x` → value */
  requestParameters: Record<string, string>;
  /** By status code. */
  responseParameters: Record<string, Record<string, string>>;
}

export interface HttpAuthorizerModel {
  id: string;
  name: string;
  type: "JWT" | "REQUEST";
  /** `$request.header.Authorization` … */
  identitySources: string[];
  /** Of a JWT authorizer. */
  issuer: string | undefined;
  audiences: string[];
  /** Of a Lambda authorizer, parsed from its URI. */
  functionArn: string | undefined;
  credentials: string | undefined;
  payloadFormatVersion: "1.0" | "2.0";
  enableSimpleResponses: boolean;
  resultTtlSeconds: number;
}

export interface HttpStageModel {
  /** `$default`, or a name that is the first segment of the path */
  name: string;
  autoDeploy: boolean;
  deploymentId: string;
  variables: Record<string, string>;
  accessLog: { format: string; destinationArn: string } | undefined;
  defaultThrottle: Partial<RateLimit>;
  /** By route key. */
  routeThrottles: Record<string, Partial<RateLimit>>;
}

// ---------------------------------------------------------------- Parameter Store and Secrets Manager

/** A parameter of Systems Manager's Parameter Store. */
export interface ParameterModel {
  name: string;
  arn: string;
  region: string;
  type: "String" | "StringList" | "SecureString";
  dataType: string;
  /** `undefined` where the program gives none, or makes it of what only AWS knows. */
  value: string | undefined;
}

/** A secret of Secrets Manager. */
export interface SecretModel {
  name: string;
  /** With the hyphen and six characters behind the name */
  arn: string;
  region: string;
  description: string | undefined;
  kmsKeyId: string | undefined;
  tags: Record<string, string>;
  /** It has a resource policy, which is not looked at: nobody may read its value. */
  hasPolicy: boolean;
  /** In the order in which the program declares them. */
  versions: SecretVersionModel[];
}

export interface SecretVersionModel {
  id: string;
  /** Staging labels, such as `AWSCURRENT`. */
  stages: string[];
  /** Text, or bytes in Base64; `undefined` as for a parameter. */
  value: { text: string } | { base64: string } | undefined;
}

// ---------------------------------------------------------------- Lambda

/** A table of DynamoDB. */
export interface TableModel {
  name: string;
  arn: string;
  region: string;
  /** The partition key and, where there is one, the sort key. */
  keys: string[];
  /** Of the keys, of the table and its indexes. */
  attributes: { name: string; type: "S" | "N" | "B" }[];
  localIndexes: TableIndexModel[];
  globalIndexes: TableIndexModel[];
  billingMode: "PROVISIONED" | "PAY_PER_REQUEST";
  readCapacity: number;
  writeCapacity: number;
  /** The attribute with the second at which an item expires. */
  ttlAttribute: string | undefined;
  deletionProtection: boolean;
  /** In DynamoDB's JSON: `{ "id": { "S": "a" } }` */
  items: Record<string, Record<string, unknown>>[];
}

export interface TableIndexModel {
  name: string;
  keys: string[];
  /** How many of the keys, the first ones, say which partition an item is in; one unless said */
  partitionKeys?: number;
  projectionType: "ALL" | "KEYS_ONLY" | "INCLUDE";
  nonKeyAttributes: string[];
}

export interface FunctionModel {
  name: string;
  arn: string;
  region: string;
  accountId: string;
  /** Of the role that the function acts in, without its path */
  roleName: string;
  /** e.g. `nodejs24.x` */
  runtime: string;
  /** `<file>.<export>` */
  handler: string;
  memorySizeMb: number;
  timeoutSeconds: number;
  environment: Record<string, string>;
  logGroupName: string;
  logFormat: "Text" | "JSON";
  reservedConcurrency: number | undefined;
  /** Where the deployed archive lies unpacked. */
  codeDirectory: string;
  /** The folders and files that the archive was made of, absolute or from the program's working directory. */
  codeSources: string[];
  /** Where its layers lie unpacked, in their order. */
  layerDirectories: string[];
  /** Which of its versions this is: `$LATEST`, or a number for one that is published. */
  version: string;
  /** The published versions and the aliases by which it can be invoked → their version. */
  qualifiers: Record<string, string>;
  /** Of an alias that goes to several versions: which share of its invocations each other version takes, from 0 to 1. */
  shares: Record<string, Record<string, number>>;
}

/** `aws.lambda.FunctionUrl`: a function's own address. */
export interface FunctionUrlModel {
  /** 32 lower-case letters and digits */
  id: string;
  /** The resource's logical name. */
  name: string;
  region: string;
  accountId: string;
  /** With the qualifier, when it is an alias's. */
  functionArn: string;
  authorization: "NONE" | "AWS_IAM";
  cors: CorsModel | undefined;
}

/** What invokes a function on AWS by itself. */
export interface EventSourceModel {
  id: string;
  /** The resource's logical name. */
  name: string;
  kind: "EventBridge rule" | "EventBridge Scheduler" | "SQS" | "DynamoDB stream" | "Kinesis" | "S3" | "SNS";
  /** For a person: `rate(5 minutes)`, the queue's ARN */
  what: string;
  /** With the qualifier, when it names one. */
  functionArn: string;
  /** Of the rule, the schedule, the queue, the stream, the bucket or the topic. */
  arn: string;
  /** The service that has to be permitted; `undefined` where a role invokes. */
  invokedBy: "events" | "s3" | "sns" | undefined;
  enabled: boolean;
  /** What its event is made of. */
  sample: {
    /** What the program has it send, as it is. */
    input?: string | undefined;
    /** Which part of the event is sent: `$.detail` */
    inputPath?: string | undefined;
    inputTransformer?: { paths: Record<string, string>; template: string };
    /** The rule's event pattern, JSON text. */
    pattern?: string | undefined;
    s3?: { event: string; key: string; configurationId: string };
    subscriptionArn?: string | undefined;
  };
}

/** `aws.lambda.Permission`: who may invoke a function. */
export interface FunctionPermissionModel {
  /** With the qualifier, when the permission has one: an alias's permissions are its own. */
  functionArn: string;
  /** A service such as `cognito-idp.amazonaws.com`, an account, or `*` */
  principal: string;
  sourceArn: string | undefined;
}
