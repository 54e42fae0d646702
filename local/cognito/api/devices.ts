/** A person's devices: confirmed and listed with their access token, or by an administrator. */
import { CognitoError, invalidParameter } from "../errors.ts";
import type { Pool } from "../pool.ts";
import type { Device } from "../state/devices.ts";
import type { User } from "../state/users.ts";
import { callerUser, type Pools } from "./callers.ts";
import { type Input, object, optionalString, string } from "./input.ts";
import type { Output } from "./output.ts";
import { pageOf } from "./paging.ts";

/** The prime has 3072 bits, and libraries put a zero byte before a number whose first bit is set. */
const mostVerifierBytes = 385;

export async function confirmDevice(pools: Pools, input: Input): Promise<Output> {
  const { pool, user } = await callerUser(pools, input);
  const key = string(input, "DeviceKey");
  const secret = object(input, "DeviceSecretVerifierConfig") ?? {};
  const remembered = pool.model.devices?.onlyOnUserPrompt === false;
  const device = {
    name: optionalString(input, "DeviceName"),
    salt: hex(secret, "Salt"),
    verifier: hex(secret, "PasswordVerifier"),
    remembered,
  };
  if (!pool.devices.confirm(user.sub, key, device)) throw invalidParameter("Invalid device key given.");
  return { UserConfirmationNecessary: !remembered };
}

/** Bytes in Base64, as hex. */
function hex(secret: Input, name: string): string {
  const value = optionalString(secret, name) ?? "";
  const bytes = Buffer.from(value, "base64");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value) || bytes.length > mostVerifierBytes || bytes.every((byte) => byte === 0))
    throw invalidParameter(`DeviceSecretVerifierConfig.${name} is not a number in Base64.`);
  return bytes.toString("hex");
}

export async function getDevice(pools: Pools, input: Input): Promise<Output> {
  const { pool, user } = await callerUser(pools, input);
  return { Device: deviceType(pool, user, requireDevice(pool, user, input)) };
}

export async function listDevices(pools: Pools, input: Input): Promise<Output> {
  const { pool, user } = await callerUser(pools, input);
  return devicesOf(pool, user, input);
}

export async function updateDeviceStatus(pools: Pools, input: Input): Promise<Output> {
  const { pool, user } = await callerUser(pools, input);
  return setDeviceStatus(pool, user, input);
}

export async function forgetDevice(pools: Pools, input: Input): Promise<Output> {
  const { pool, user } = await callerUser(pools, input);
  pool.devices.forget(user.sub, requireDevice(pool, user, input).key);
  return {};
}

/** @throws CognitoError ResourceNotFoundException */
export function requireDevice(pool: Pool, user: User, input: Input): Device {
  const device = pool.devices.confirmed(user.sub, string(input, "DeviceKey"));
  if (!device) throw new CognitoError("ResourceNotFoundException", "Device does not exist.");
  return device;
}

export function devicesOf(pool: Pool, user: User, input: Input): Output {
  const page = { ...input, NextToken: input.PaginationToken };
  const { items, NextToken } = pageOf(pool.devices.list(user.sub), page);
  return { Devices: items.map((device) => deviceType(pool, user, device)), PaginationToken: NextToken };
}

export function setDeviceStatus(pool: Pool, user: User, input: Input): Output {
  const status = optionalString(input, "DeviceRememberedStatus");
  if (status !== undefined && status !== "remembered" && status !== "not_remembered")
    throw invalidParameter(
      `1 validation error detected: Value '${status}' at 'deviceRememberedStatus' failed to satisfy constraint: Member must satisfy enum value set: [not_remembered, remembered]`,
    );
  const { key } = requireDevice(pool, user, input);
  if (status !== undefined) pool.devices.setRemembered(user.sub, key, status === "remembered");
  return {};
}

export function deviceType({ model }: Pool, user: User, device: Device): Output {
  const owner = `${user.username}.${model.id}`;
  const attributes = {
    device_status: "valid",
    device_name: device.name,
    "dev:device_arn": model.arn.replace(/:userpool\/.*$/, `:owner/${owner}/device/${device.key}`),
    "dev:device_owner": owner,
    "dev:device_remembered_status": device.remembered ? "remembered" : "not_remembered",
    "dev:device_sdk": "aws-sdk-unknown-unknown",
  };
  return {
    DeviceAttributes: Object.entries(attributes).flatMap(([Name, Value]) =>
      Value === undefined ? [] : [{ Name, Value }],
    ),
    DeviceCreateDate: device.createdAt / 1000,
    DeviceKey: device.key,
    DeviceLastAuthenticatedDate: Math.floor(device.authenticatedAt / 1000),
    DeviceLastModifiedDate: device.modifiedAt / 1000,
  };
}
