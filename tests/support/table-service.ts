/** DynamoDB by itself, without a program: tables made up here, and signed requests to them. */
import { randomBytes, randomUUID } from "node:crypto";
import { dynamoDbService } from "../../local/dynamodb/service.ts";
import type { TableModel } from "../../local/model.ts";
import { openStore } from "../../local/store/store.ts";
import { signedHeaders } from "./signed-request.ts";

const accessKey = { id: "AKIALOCALAAAAAAAAAAA", secret: "a".repeat(40) };
const host = "127.0.0.1:4566";

/** With the global index `by-g`, by the attribute `g`, unless the changes say otherwise. */
export const tableModel = (
  name: string,
  keys: [string, "S" | "N"][],
  changes: Partial<TableModel> = {},
): TableModel => ({
  ...{ name, arn: `arn:aws:dynamodb:us-east-1:123456789012:table/${name}`, region: "us-east-1" },
  keys: keys.map(([key]) => key),
  attributes: [...keys, ["g", "S"] as const].map(([key, type]) => ({ name: key, type })),
  localIndexes: [],
  globalIndexes: [{ name: "by-g", keys: ["g"], projectionType: "ALL", nonKeyAttributes: [] }],
  ...{ billingMode: "PAY_PER_REQUEST", readCapacity: 0, writeCapacity: 0, ttlAttribute: undefined },
  ...{ deletionProtection: false, items: [] },
  ...changes,
});

export interface TableReply {
  __type?: string;
  message?: string;
  CancellationReasons?: { Code: string; Message?: string }[];
  [member: string]: unknown;
}

export interface TableService {
  call(operation: string, input: object): Promise<TableReply>;
  /** What a refused request says, or the type of the refusal when it is no ValidationException; `undefined` for what is taken. */
  said(operation: string, input: object): Promise<string | undefined>;
  headers(operation: string, input: object): Promise<Headers>;
  close(): void;
}

export function startTableService(tables: TableModel[]): TableService {
  const store = openStore(":memory:");
  const platform = { now: Date.now, randomUUID, randomBytes, store, emit: () => {} };
  const service = dynamoDbService({ tables, accountId: "123456789012", platform, accessKey });
  service.takeOver();
  async function respond(operation: string, input: object): Promise<Response> {
    const body = JSON.stringify(input);
    const request = {
      ...{ method: "POST", path: "/", body },
      headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": `DynamoDB_20120810.${operation}` },
    };
    const { id: accessKeyId, secret: secretAccessKey } = accessKey;
    const headers = await signedHeaders(request, { accessKeyId, secretAccessKey, host, service: "dynamodb" });
    return (await service.answer(new Request(`http://${host}/`, { method: "POST", body, headers })))!;
  }
  const call = async (operation: string, input: object) =>
    (await (await respond(operation, input)).json()) as TableReply;
  return {
    call,
    async said(operation, input) {
      const { __type, message } = await call(operation, input);
      return __type === "com.amazon.coral.validate#ValidationException" ? message : __type;
    },
    headers: async (operation, input) => (await respond(operation, input)).headers,
    close: () => store.close(),
  };
}
