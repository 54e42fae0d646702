/**
 * What a running local cloud tells about itself: the ready line of `demo-auth local --json`, and `GET {console}/api/cloud`.
 */

export interface ReadyDocument {
  event: "ready";
  pid: number;
  /** Origin of the console and of the identity provider (discovery, keys, the cognito-idp API). */
  console: string;
  /** With --https: the file of the authority that clients are to trust. */
  certificateAuthority?: string;
  project: { name: string; stack: string; directory: string };
  userPools: ReadyUserPool[];
  apis: ReadyApi[];
  functions: { name: string; runtime: string }[];
  declaredNotEmulated: { type: string; name: string }[];
  /** The stack's outputs, with every AWS address of something that runs here replaced by its local one. */
  outputs: Record<string, unknown>;
}

export interface ReadyUserPool {
  name: string;
  id: string;
  arn: string;
  issuer: string;
  hostedUi: string | undefined;
  clients: {
    name: string;
    id: string;
    flows: ("implicit" | "code" | "client_credentials")[];
    scopes: string[];
    callbackUrls: string[];
  }[];
}

export interface ReadyApi {
  name: string;
  id: string;
  authorizers: { id: string; name: string; type: string }[];
  stages: {
    name: string;
    url: string;
    routes: { method: string; path: string; authorization: string; scopes: string[] }[];
  }[];
}
