/**
 * The challenges DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER: a confirmed device proves its secret by SRP, after the
 * password and, where it is remembered and the pool says so, in place of the second factor
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-device-tracking.html).
 */
import { createHmac } from "node:crypto";
import type { AppClientModel } from "../../model.ts";
import { beginSrp, type SrpExchange, verifySrp } from "../accounts/srp.ts";
import { CognitoError, incorrectPassword, invalidParameter } from "../errors.ts";
import type { Pool } from "../pool.ts";
import type { Device } from "../state/devices.ts";
import type { User } from "../state/users.ts";
import type { Output } from "./output.ts";
import { beginSession, parameter, resume, sessionExpired, sessionSeconds, sessionUsed, srpProof } from "./sessions.ts";

/**
 * The device that a request names with `DEVICE_KEY`, where the pool tracks devices.
 * @throws CognitoError ResourceNotFoundException when the user has no such device
 */
export function namedDevice(pool: Pool, sub: string, key: string | undefined): Device | undefined {
  if (pool.model.devices === undefined || key === undefined || key === "") return undefined;
  const device = pool.devices.confirmed(sub, key);
  if (!device) throw new CognitoError("ResourceNotFoundException", "Device does not exist.");
  return device;
}

/** Only after the password. */
export async function deviceChallenge(pool: Pool, client: AppClientModel, user: User, device: Device): Promise<Output> {
  const Session = await deviceSession(pool, client, user.sub, device.key);
  pool.flows.beginAs(
    Session,
    { clientId: client.id, sub: user.sub, step: "DEVICE_SRP_AUTH", data: device.key },
    sessionSeconds(client),
  );
  return { ChallengeName: "DEVICE_SRP_AUTH", Session, ChallengeParameters: {} };
}

/** The same for a device each time, since not every client sends the challenge's `Session` back. */
export async function deviceSession(pool: Pool, client: AppClientModel, sub: string, key: string): Promise<string> {
  const { id } = await pool.keys.keys();
  return createHmac("sha256", id.privateKey.export({ type: "pkcs8", format: "der" }))
    .update(`device session ${client.id} ${sub} ${key}`)
    .digest("base64url");
}

interface Pending {
  key: string;
  exchange: SrpExchange;
}

/** The answer to DEVICE_SRP_AUTH. @throws CognitoError NotAuthorizedException, ResourceNotFoundException */
export function startDeviceSrp(
  pool: Pool,
  client: AppClientModel,
  responses: Record<string, string>,
  session: string | undefined,
): Output {
  const { id, flow } = resume(pool, client, session, "DEVICE_SRP_AUTH");
  const device = namedDevice(pool, flow.sub, parameter(responses, "DEVICE_KEY"));
  const user = pool.users.bySub(flow.sub);
  if (!user || device?.key !== flow.data) throw sessionExpired();
  const exchange = beginSrp(parameter(responses, "SRP_A"), device, pool.platform.randomBytes(32));
  if (!exchange) throw invalidParameter("Incorrect SRP_A value.");
  if (!pool.flows.end(id)) throw sessionUsed();
  const pending: Pending = { key: device.key, exchange };
  const secretBlock = beginSession(pool, client, {
    sub: flow.sub,
    step: "DEVICE_PASSWORD_VERIFIER",
    data: JSON.stringify(pending),
  });
  return {
    ChallengeName: "DEVICE_PASSWORD_VERIFIER",
    ChallengeParameters: {
      DEVICE_KEY: device.key,
      SALT: exchange.salt,
      SECRET_BLOCK: Buffer.from(secretBlock, "base64url").toString("base64"),
      SRP_B: exchange.B,
      USERNAME: user.username,
    },
  };
}

/**
 * The answer to DEVICE_PASSWORD_VERIFIER: one try for one exchange.
 * @throws CognitoError NotAuthorizedException, ResourceNotFoundException
 */
export function proveDevice(
  pool: Pool,
  client: AppClientModel,
  responses: Record<string, string>,
  session: string | undefined,
): { user: User; device: Device } {
  const { id, flow } = resume(pool, client, session, "DEVICE_PASSWORD_VERIFIER");
  const { key, exchange } = JSON.parse(flow.data) as Pending;
  const proof = srpProof(responses);
  if (!pool.flows.end(id)) throw sessionExpired();
  const device = namedDevice(pool, flow.sub, key);
  const user = pool.users.bySub(flow.sub);
  if (!user || !device || !verifySrp(exchange, { realm: device.groupKey, username: device.key, ...proof }))
    throw incorrectPassword("the device does not prove its secret");
  pool.devices.setAuthenticated(user.sub, device.key);
  return { user, device };
}
