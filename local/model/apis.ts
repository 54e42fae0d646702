/** What REST APIs, HTTP APIs and function URLs share. */

export interface ApiModel {
  /** Ten lower-case letters or digits */
  id: string;
  name: string;
  arn: string;
  executionArn: string;
  region: string;
  accountId: string;
  disableExecuteApiEndpoint: boolean;
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

export interface CorsModel {
  allowCredentials: boolean;
  allowHeaders: string[];
  allowMethods: string[];
  allowOrigins: string[];
  exposeHeaders: string[];
  /** Seconds */
  maxAge: number | undefined;
}

export interface RateLimit {
  /** Requests a second */
  rateLimit: number;
  /** Requests at once */
  burstLimit: number;
}
