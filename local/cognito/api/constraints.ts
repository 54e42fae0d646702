/**
 * What the members of a request may be, by the API's own model, before any operation looks at them
 * (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SignUp.html and the others). The sentences, which
 * of them repeat the value, the order of the two and the least length of a password, which the model leaves out, were recorded.
 */
import { invalidParameter } from "../errors.ts";
import type { Input } from "./input.ts";

interface Constraint {
  least?: number;
  most?: number;
  pattern?: RegExp;
  /** As AWS writes it. */
  written?: string;
  /** Secrets and names of people are not repeated. */
  hidden?: true;
  patternFirst?: true;
}

const anyLetter = { pattern: /^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$/u, written: "[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+" };
const clientId: Constraint = { least: 1, most: 128, pattern: /^[\w+]+$/, written: "[\\w+]+" };
const username: Constraint = { least: 1, most: 128, ...anyLetter, hidden: true };
const password: Constraint = {
  ...{ least: 6, most: 256, hidden: true },
  // The same texts; as it is written, a client could have it tried in as many ways as its length to the third power.
  ...{ pattern: /^\S.*\S$/s, written: "^[\\S]+.*[\\S]+$" },
};
const code: Constraint = { least: 1, most: 2048, pattern: /^\S+$/, written: "[\\S]+", patternFirst: true };
const token: Constraint = { pattern: /^[\w\-=.]+$/, written: "[A-Za-z0-9-_=.]+", hidden: true };

const CONSTRAINTS: Record<string, Constraint> = {
  ClientId: clientId,
  Username: username,
  SecretHash: { least: 1, most: 128, pattern: /^[\w+=/]+$/, written: "[\\w+=/]+", hidden: true },
  ...{ Password: password, PreviousPassword: password, ProposedPassword: password, TemporaryPassword: password },
  ...{ ConfirmationCode: code, Code: code },
  UserCode: { least: 6, most: 6, pattern: /^[0-9]+$/, written: "[0-9]+", patternFirst: true },
  Session: { least: 20, most: 4096, hidden: true },
  ...{ AccessToken: token, RefreshToken: token, Token: token },
  UserPoolId: { least: 1, most: 55, pattern: /^[\w-]+_[0-9a-zA-Z]+$/, written: "[\\w-]+_[0-9a-zA-Z]+" },
  GroupName: { least: 1, most: 128, ...anyLetter },
};

/** Members that ask for an account without a password when they are empty, which not every pool has. */
const MAY_BE_BLANK: Record<string, string> = { SignUp: "Password", AdminCreateUser: "TemporaryPassword" };

/**
 * @param operation whose member may be empty; without it none may
 * @returns the input
 * @throws CognitoError InvalidParameterException that names everything that is wrong
 */
export function withinConstraints(input: Input, operation = ""): Input {
  const broken = Object.keys(input)
    .filter((name) => Object.hasOwn(CONSTRAINTS, name) && typeof input[name] === "string")
    .sort()
    .map((name) => ({ name, how: brokenBy(name, input[name] as string, CONSTRAINTS[name]!) }))
    .filter(({ how }) => how.length > 0);
  if (broken.every(({ name }) => input[name] === "" && MAY_BE_BLANK[operation] === name)) return input;
  const all = broken.flatMap(({ how }) => how);
  const count = all.length === 1 ? "1 validation error" : `${all.length} validation errors`;
  throw invalidParameter(`${count} detected: ${all.join("; ")}`);
}

function brokenBy(name: string, value: string, { hidden, patternFirst, ...constraint }: Constraint): string[] {
  const { least, most, pattern, written } = constraint;
  const member = `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`;
  const say = (what: string) =>
    `Value ${hidden ? "" : `'${value}' `}at '${member}' failed to satisfy constraint: Member must ${what}`;
  const size =
    least !== undefined && value.length < least
      ? [say(`have length greater than or equal to ${least}`)]
      : most !== undefined && value.length > most
        ? [say(`have length less than or equal to ${most}`)]
        : [];
  const form = pattern && !pattern.test(value) ? [say(`satisfy regular expression pattern: ${written}`)] : [];
  return patternFirst ? [...form, ...size] : [...size, ...form];
}
