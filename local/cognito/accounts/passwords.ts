/**
 * Passwords: the pool's policy in Cognito's words and order, and their storage as salted scrypt hashes.
 * Cost N=4096, r=8 (4 MiB, about 8 ms off the main thread): a laptop's sign-ins stay quick and a copied state file
 * still costs that much for every guess.
 */
import { createHmac, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { PasswordPolicy } from "../../model.ts";
import { CognitoError } from "../errors.ts";

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number }, Buffer>(scrypt);
const cost = { N: 4096, r: 8, p: 1 };

/** By what is stored, so that a changed password is a stranger again. */
const proven = new Map<string, Buffer>();
const mostProven = 10_000;
const recognitionKey = randomBytes(32);

/** What Cognito counts as a symbol; a space counts unless it leads or trails, and then the password is refused. */
const symbols = /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/u.source;
const longestPassword = 256;

export interface Rule {
  /** As a person reads it on the sign-up page. */
  label: string;
  refusal: string;
  /** What a password that keeps it matches, with the flag `u`; also in the page, which marks the rules that are kept. */
  pattern: string;
}

const keeps = (password: string, { pattern }: Rule): boolean => new RegExp(pattern, "u").test(password);

/** The rules of a policy, in the order they are tested. */
export function passwordRules(policy: PasswordPolicy): Rule[] {
  const rules: Rule[] = [
    {
      label: `Password must contain at least ${policy.minimumLength} characters`,
      refusal: "Password not long enough",
      pattern: `^[^]{${policy.minimumLength},}$`,
    },
  ];
  if (policy.requireLowercase)
    rules.push({
      label: "Password must contain a lower case letter",
      refusal: "Password must have lowercase characters",
      pattern: "[a-z]",
    });
  if (policy.requireUppercase)
    rules.push({
      label: "Password must contain an upper case letter",
      refusal: "Password must have uppercase characters",
      pattern: "[A-Z]",
    });
  if (policy.requireNumbers)
    rules.push({
      label: "Password must contain a number",
      refusal: "Password must have numeric characters",
      pattern: "[0-9]",
    });
  if (policy.requireSymbols)
    rules.push({
      label: "Password must contain a special character or a space",
      refusal: "Password must have symbol characters",
      pattern: symbols,
    });
  rules.push({
    label: "Password must not contain a leading or trailing space",
    refusal: "Password must not have leading or trailing spaces",
    pattern: "^(?!\\s)[^]*(?<!\\s)$",
  });
  return rules;
}

/**
 * @throws CognitoError InvalidPasswordException, naming the first rule that is broken
 * @param wording the sentence's beginning: Cognito says it differently for a forced change
 */
export function checkPolicy(
  policy: PasswordPolicy,
  password: string,
  wording = "Password did not conform with policy",
): void {
  const broken = passwordRules(policy).find((rule) => !keeps(password, rule));
  if (broken) throw new CognitoError("InvalidPasswordException", `${wording}: ${broken.refusal}`);
  if (password.length > longestPassword)
    throw new CognitoError("InvalidPasswordException", `${wording}: Password is too long`);
}

/** @returns `scrypt$N$r$p$salt$hash`, so that the cost can change without touching what is stored */
export async function hashPassword(password: string, salt: Buffer): Promise<string> {
  const hash = await derive(password, salt, 32, cost);
  return ["scrypt", cost.N, cost.r, cost.p, salt.toString("base64"), hash.toString("base64")].join("$");
}

/**
 * Compares in constant time. With nothing stored it works as long and answers no.
 *
 * A password that was right is recognized the next time without deriving it anew: by a digest under a key that this
 * process alone has and forgets. Only the right password is quicker; every wrong one costs the whole derivation.
 */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const digest = createHmac("sha256", recognitionKey).update(`${stored}\0${password}`).digest();
  const recognized = stored === null ? undefined : proven.get(stored);
  if (recognized && timingSafeEqual(recognized, digest)) return true;
  const right = await matches(password, stored);
  if (right && stored !== null) {
    if (proven.size >= mostProven) proven.delete(proven.keys().next().value!);
    proven.set(stored, digest);
  }
  return right;
}

async function matches(password: string, stored: string | null): Promise<boolean> {
  const [, N, r, p, salt = "", hash = ""] = (stored ?? `scrypt$${cost.N}$${cost.r}$${cost.p}$$`).split("$");
  const expected = Buffer.from(hash, "base64");
  const actual = await derive(password.slice(0, longestPassword + 1), Buffer.from(salt, "base64"), 32, {
    N: Number(N),
    r: Number(r),
    p: Number(p),
  });
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
