/** What the APIs of a cloud ask of the services beside them, handed in. */

import type { AccessKey } from "../../permissions/access-key.ts";
import type { GetObject, InvokeFunction, Platform, QueueEvent, TokenIssuer } from "../../platform.ts";

export interface ApiServices {
  platform: Platform;
  invoke: InvokeFunction;
  queueEvent?: QueueEvent | undefined;
  /** The local account's; only for a program that declares a method or route with `AWS_IAM`. */
  accessKey?: AccessKey | undefined;
  /** Only for a program with an integration that leads to S3. */
  getObject?: GetObject | undefined;
  tokenIssuer(userPoolArn: string): TokenIssuer | undefined;
}
