/** What the REST APIs of a cloud ask of the services beside them, handed in. */
import type { InvokeFunction, Platform, TokenIssuer } from "../../platform.ts";

export interface ApiServices {
  platform: Platform;
  invoke: InvokeFunction;
  tokenIssuer(userPoolArn: string): TokenIssuer | undefined;
}
