/**
 * Reading from Systems Manager's Parameter Store
 * (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html and its siblings).
 */
import { createHmac } from "node:crypto";
import type { ParameterModel } from "../model.ts";
import type { Members } from "./members.ts";
import { invalid, notServed, Refusal } from "./refusal.ts";

const MOST_NAMES = 10;
const MOST_ON_A_PAGE = 10;
/** Every parameter is new when the program is evaluated. */
const VERSION = 1;

const NAME_RULE =
  'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths ' +
  "divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_";
const PATH_RULE =
  'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/". ' +
  'It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following ' +
  "symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must " +
  'use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.';

interface Options {
  /** Milliseconds since the epoch */
  changedAt: number;
  /** What ciphertexts are made with. */
  cipherKey: string;
}

export class ParameterStore {
  readonly #parameters: readonly ParameterModel[];
  readonly #options: Options;

  constructor(parameters: readonly ParameterModel[], options: Options) {
    this.#parameters = parameters;
    this.#options = options;
  }

  /** @throws Refusal */
  perform(operation: string, request: Members, region: string): object {
    switch (operation) {
      case "GetParameter":
        return this.#get(request, region);
      case "GetParameters":
        return this.#getSome(request, region);
      case "GetParametersByPath":
        return this.#getByPath(request, region);
      default:
        throw notServed(
          `${operation} is not served by the local cloud: parameters are read here, and the program says what they are.`,
        );
    }
  }

  #get(request: Members, region: string): object {
    const asked = request.requiredText("Name");
    const found = this.#find(asked, region);
    if (!found) {
      const there = this.#in(region).map(({ name }) => name);
      throw new Refusal(
        "ParameterNotFound",
        {},
        `Parameter ${asked} not found. The program declares ${there.join(", ") || "none"} in ${region}.`,
      );
    }
    return { Parameter: this.#shown(found, request.flag("WithDecryption")) };
  }

  #getSome(request: Members, region: string): object {
    const names = [...new Set(request.requiredTexts("Names", MOST_NAMES))];
    const found = names.map((name) => ({ name, parameter: this.#findOrUndefined(name, region) }));
    return {
      InvalidParameters: found.filter(({ parameter }) => !parameter).map(({ name }) => name),
      Parameters: found.flatMap(({ parameter }) =>
        parameter ? [this.#shown(parameter, request.flag("WithDecryption"))] : [],
      ),
    };
  }

  #getByPath(request: Members, region: string): object {
    const path = request.requiredText("Path");
    if (!/^\/(?:[\w.-]+(?:\/[\w.-]+)*\/?)?$/.test(path)) throw invalid(PATH_RULE);
    if (request.has("ParameterFilters"))
      throw notServed(
        "ParameterFilters of GetParametersByPath are not served by the local cloud: filter what it answers.",
      );
    const most = request.count("MaxResults", { preset: MOST_ON_A_PAGE, most: MOST_ON_A_PAGE });
    const [recursive, decrypt] = [request.flag("Recursive"), request.flag("WithDecryption")];
    const prefix = path.endsWith("/") ? path : `${path}/`;
    const below = this.#in(region)
      .filter(({ name }) => {
        const whole = name.startsWith("/") ? name : `/${name}`;
        return whole.startsWith(prefix) && (recursive || !whole.slice(prefix.length).includes("/"));
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const token = request.text("NextToken");
    const start = token === undefined ? 0 : below.findIndex(({ name }) => tokenOf(name) === token);
    if (start < 0) throw new Refusal("InvalidNextToken", { Message: "The specified token isn't valid." });
    const next = below[start + most];
    return {
      Parameters: below
        .slice(start, start + most)
        .map((parameter) => this.#shown({ parameter, asked: parameter.name }, decrypt)),
      ...(next && { NextToken: tokenOf(next.name) }),
    };
  }

  #in(region: string): ParameterModel[] {
    return this.#parameters.filter((parameter) => parameter.region === region);
  }

  /** By name or ARN, with a version or a label behind a colon. @throws Refusal */
  #find(asked: string, region: string): Found | undefined {
    if (/^\/aws\//i.test(asked)) {
      throw notServed(
        `Parameters below /aws/ are AWS's own, or secrets by another name, and not served by the local cloud: ${asked}.`,
      );
    }
    const isArn = asked.startsWith("arn:");
    const parts = asked.split(":");
    const [name, selector, ...more] = isArn ? [parts.slice(0, 6).join(":"), ...parts.slice(6)] : parts;
    if (name === undefined || more.length > 0) return undefined;
    if (!isArn && (name.includes("//") || (name.includes("/") && !name.startsWith("/")))) throw invalid(NAME_RULE);
    const plain = (text: string) => text.replace(/^\//, "");
    const parameter = this.#in(region).find((one) => (isArn ? one.arn === name : plain(one.name) === plain(name)));
    if (!parameter) return undefined;
    if (selector !== undefined && selector !== String(VERSION)) {
      const wanted = /^\d+$/.test(selector)
        ? `version ${selector} of ${name}. Verify the version`
        : `label ${selector} for parameter ${name}. Verify the label`;
      throw new Refusal("ParameterVersionNotFound", {
        message: `Systems Manager could not find ${wanted} and try again.`,
      });
    }
    return { parameter, asked: isArn ? parameter.name : name, ...(selector !== undefined && { selector }) };
  }

  #findOrUndefined(asked: string, region: string): Found | undefined {
    try {
      return this.#find(asked, region);
    } catch (error) {
      if (error instanceof Refusal && error.type === "ParameterVersionNotFound") return undefined;
      throw error;
    }
  }

  #shown({ parameter, asked, selector }: Found, decrypt: boolean): object {
    const { arn, type, dataType, value } = parameter;
    if (value === undefined) {
      throw invalid(
        `The parameter ${parameter.name} has no value in the local cloud: the program gives none, or one that only AWS knows.`,
      );
    }
    return {
      ARN: arn,
      DataType: dataType,
      LastModifiedDate: this.#options.changedAt / 1000,
      Name: asked,
      ...(selector !== undefined && { Selector: `:${selector}` }),
      Type: type,
      Value: type === "SecureString" && !decrypt ? this.#ciphertext(arn) : value,
      Version: VERSION,
    };
  }

  /** An opaque text of KMS's form, made of the ARN and not of the value. */
  #ciphertext(arn: string): string {
    const bytes = createHmac("sha512", this.#options.cipherKey).update(`ciphertext of ${arn}`).digest();
    return `AQICAH${Buffer.concat([bytes, bytes.subarray(0, 44)]).toString("base64")}`;
  }
}

interface Found {
  parameter: ParameterModel;
  /** The name as the answer has it. */
  asked: string;
  selector?: string;
}

const tokenOf = (name: string): string => Buffer.from(`from ${name}`).toString("base64");
