/**
 * What the test kit offers, in types that stand by themselves: they are published as they are written here.
 */

export interface CloudOptions {
  /** The folder with `Pulumi.yaml`; the working directory when absent. */
  project?: string | undefined;
  /** Whose `Pulumi.<stack>.yaml` to read; `dev` when absent. */
  stack?: string | undefined;
  /** Laid over this process's environment for the program; `undefined` takes a variable away. */
  environment?: Record<string, string | undefined> | undefined;
  /** The console's port, the others follow it. Free ones when absent. */
  port?: number | undefined;
  /** Serves over TLS, with an authority of its own. */
  https?: boolean | undefined;
  /**
   * Runs the cloud in this process: one process less, and a debugger sees it. Fake timers, mocked modules and intercepted
   * requests of the tests then reach the cloud as well, which is why it has a process of its own otherwise.
   */
  inProcess?: boolean | undefined;
  /** Hears the program's messages, each request with the reason of its refusal, and what functions log. */
  log?: ((line: string) => void) | undefined;
  /** Gives up a start that has not ended. */
  signal?: AbortSignal | undefined;
}

/** A running cloud. It ends with `close`, at the end of an `await using` block, and with the process that started it. */
export interface Cloud extends AsyncDisposable {
  /** Origin of the console and of the cognito-idp API (`endpoint` of the AWS SDK's clients). */
  readonly console: string;
  /** The stack's outputs with local addresses; `"[secret]"` for secrets. */
  readonly outputs: Record<string, unknown>;
  /** With `https`: the file of the authority that clients are to trust. */
  readonly certificateAuthority: string | undefined;
  /**
   * The local account's access key, where the program declares a table or something with AWS_IAM: with `console` as
   * `endpoint`, it is all that an SDK's DynamoDBClient needs.
   */
  readonly credentials: { accessKeyId: string; secretAccessKey: string } | undefined;
  readonly clock: CloudClock;
  /**
   * A REST or HTTP API by its name, on AWS or in the program; the only one when no name is given.
   * @param stage needed where it has several
   * @throws CloudError naming those that there are
   */
  api(name?: string, stage?: string): CloudApi;
  /** A user pool by its name, on AWS or in the program; the only one when no name is given. @throws CloudError */
  pool(name?: string): CloudPool;
  /** A function by its name, on AWS or in the program; the only one when no name is given. @throws CloudError */
  function(name?: string): CloudFunction;
  /** Mail and text messages that Cognito would have sent since the last reset, newest last. */
  messages(to?: string): Promise<CloudMessage[]>;
  /** The requests to its APIs and function URLs since the last reset, newest last, 10,000 at most. */
  requests(): Promise<CloudRequest[]>;
  /**
   * The lines that its functions logged since the last reset, newest last, 10,000 at most.
   * @param functionName on AWS or in the program
   * @throws CloudError where there is none of that name
   */
  logs(functionName?: string): Promise<string[]>;
  /**
   * Puts users, groups, mail, items of tables, sessions, the clock, and the counts of throttles and quotas back to how they were when the
   * cloud was ready. Keys, ports and warm functions stay: tokens of before keep their signature.
   */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export interface CloudClock {
  /** Milliseconds since the epoch, as the cloud's services see it. Functions see the machine's clock. */
  now(): Promise<number>;
  /**
   * Lets time pass at once: tokens, codes and sessions expire without waiting.
   * @param duration such as `"2h"`, `"90s"`, `"1d12h"`, or milliseconds
   */
  advance(duration: string | number): Promise<void>;
}

export interface CloudApi {
  id: string;
  name: string;
  stage: string;
  /** Ends with the stage: `${url}/transactions` */
  url: string;
}

export interface CloudPool {
  id: string;
  arn: string;
  name: string;
  /** `iss` of its tokens. */
  issuer: string;
  /** Origin of its hosted UI. */
  hostedUi: string | undefined;
  clients: { id: string; name: string; flows: string[]; scopes: string[]; callbackUrls: string[] }[];
  /**
   * A user who is made or changed as wanted, with tokens as a sign-in would give them.
   * @throws CloudError in Cognito's words, or naming the clients, groups or scopes that there are
   */
  user(wanted?: UserOptions): Promise<CloudUser>;
}

export interface UserOptions {
  /** Made up when neither it nor a user name or an identity is given. */
  email?: string | undefined;
  username?: string | undefined;
  /** Of the pool's own. */
  groups?: string[] | undefined;
  /** Such as `given_name` or `custom:tenant`. */
  attributes?: Record<string, string> | undefined;
  /** Somebody of an identity provider that the program declares, who is not asked; the subject is made up when absent. */
  identity?: { provider: string; subject?: string | undefined } | undefined;
  /** To sign in with; without one the user has none. */
  password?: string | undefined;
  /** App client, by name (on AWS or in the program) or id; may be left out where one only is for people. */
  client?: string | undefined;
  /** Without them, all that the client allows. */
  scopes?: string[] | undefined;
}

export interface CloudUser {
  username: string;
  sub: string;
  attributes: Record<string, string>;
  groups: string[];
  client: { id: string; name: string };
  scopes: string[];
  /** Absent without the scope `openid`. */
  idToken?: string | undefined;
  accessToken: string;
  /** Absent where the client's sign-in gives none: in the implicit flow. */
  refreshToken?: string | undefined;
  /** Seconds the access token lives. */
  expiresIn: number;
  /** Cookies of a browser in which the user has just signed in at the hosted UI, as Playwright's `addCookies` takes them. */
  sessionCookies(): Promise<{ name: string; value: string; url: string }[]>;
}

export interface CloudFunction {
  name: string;
  /** Of the function itself and of its aliases. */
  urls: string[];
  /**
   * Runs it as what invokes it on AWS would: a queue, a schedule, a rule, a bucket. None of them does so here by itself.
   * @throws CloudError naming the sources that there are
   */
  run(options?: RunOptions): Promise<CloudRun>;
}

export interface RunOptions {
  /** By its name, or `SQS work` where several have the name; its permission is checked, and its event is what is sent. */
  source?: string | undefined;
  /** What is sent instead, or with no source; `{}` when there is neither. */
  event?: unknown;
}

export interface CloudRun {
  /** `refused`: it did not run, because nothing permits the source to invoke it or because it cannot run here. */
  outcome: "answered" | "failed" | "refused";
  /** What it answered, or the error that it threw. */
  result: unknown;
  reason: string | undefined;
}

export interface CloudMessage {
  /** An e-mail address, or a phone number. */
  to: string;
  /** Empty for a text message. */
  subject: string;
  body: string;
  code: string | null;
  kind: string;
  /** ISO 8601 */
  sentAt: string;
}

export interface CloudRequest {
  /** Milliseconds since the epoch. */
  at: number;
  /** The API's name, or the function's whose URL it is. */
  api: string;
  stage: string | undefined;
  method: string;
  path: string;
  status: number;
  durationMs: number;
  /** Absent for a request that found no method. */
  decision?: "open to anyone" | "let in" | "refused" | undefined;
  /** As the program declared it: `NONE`, `COGNITO_USER_POOLS`, `JWT`, `CUSTOM` or `AWS_IAM`. */
  authorization?: string | undefined;
  /** Who passed the authorizer. */
  principal: string | undefined;
  /** Why it was refused or failed: which check, what was expected, what to do. */
  reason: string | undefined;
}
