/** aws:dynamodb/table:Table: items by key (CreateTable and its defaults). */
import type { dynamodb } from "@pulumi/aws";
import { ResourceProblem } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import type { TableIndexModel, TableModel } from "../../model.ts";
import { notServed, served, withoutEffect } from "../contract.ts";
import { arnOf, flag, list, map, number, physicalName, resourceType, text } from "../resource-type.ts";

const NOT_COUNTED = "capacity is not counted, and nothing is throttled";
const ONE_REGION = "a table is in one region here, and nothing is replicated";
const NO_BACKUPS = "there are no backups, and a table begins empty";
const NO_STREAM = "no stream records are written, and nothing reads a stream";

const indexInputs = { name: served, nonKeyAttributes: served, projectionType: served, rangeKey: served };
const throughput = { maxReadRequestUnits: notServed(NOT_COUNTED), maxWriteRequestUnits: notServed(NOT_COUNTED) };
const warmth = { readUnitsPerSecond: withoutEffect(NOT_COUNTED), writeUnitsPerSecond: withoutEffect(NOT_COUNTED) };

export const table = resourceType<Omit<dynamodb.Table, "onEvent">, dynamodb.TableArgs>("aws:dynamodb/table:Table", {
  inputs: {
    attributes: { parts: { name: served, type: served } },
    billingMode: served,
    deletionProtectionEnabled: served,
    globalSecondaryIndexes: {
      parts: {
        ...indexInputs,
        hashKey: served,
        keySchemas: { parts: { attributeName: served, keyType: served } },
        onDemandThroughput: { parts: throughput },
        readCapacity: withoutEffect(NOT_COUNTED),
        warmThroughput: { parts: warmth },
        writeCapacity: withoutEffect(NOT_COUNTED),
      },
    },
    globalTableWitness: { parts: { regionName: notServed(ONE_REGION) } },
    hashKey: served,
    importTable: {
      parts: {
        inputCompressionType: notServed(NO_BACKUPS),
        inputFormat: notServed("items of a file in S3 are not imported: the table begins empty"),
        inputFormatOptions: {
          parts: { csv: { parts: { delimiter: notServed(NO_BACKUPS), headerLists: notServed(NO_BACKUPS) } } },
        },
        s3BucketSource: {
          parts: {
            bucket: notServed("items of a file in S3 are not imported: the table begins empty"),
            bucketOwner: notServed(NO_BACKUPS),
            keyPrefix: notServed(NO_BACKUPS),
          },
        },
      },
    },
    localSecondaryIndexes: { parts: indexInputs },
    name: served,
    onDemandThroughput: { parts: throughput },
    pointInTimeRecovery: {
      parts: {
        enabled: withoutEffect("whoever reads and writes items does not see backups"),
        recoveryPeriodInDays: withoutEffect("whoever reads and writes items does not see backups"),
      },
    },
    rangeKey: served,
    readCapacity: served,
    region: served,
    replicas: {
      parts: {
        arn: withoutEffect(ONE_REGION),
        consistencyMode: notServed(ONE_REGION),
        deletionProtectionEnabled: withoutEffect(ONE_REGION),
        kmsKeyArn: withoutEffect(ONE_REGION),
        pointInTimeRecovery: withoutEffect(ONE_REGION),
        propagateTags: withoutEffect(ONE_REGION),
        regionName: notServed(ONE_REGION),
        streamArn: withoutEffect(ONE_REGION),
        streamLabel: withoutEffect(ONE_REGION),
      },
    },
    restoreBackupArn: notServed(NO_BACKUPS),
    restoreDateTime: notServed(NO_BACKUPS),
    restoreSourceName: notServed(NO_BACKUPS),
    restoreSourceTableArn: notServed(NO_BACKUPS),
    restoreToLatestTime: notServed(NO_BACKUPS),
    serverSideEncryption: {
      parts: {
        enabled: withoutEffect("whoever reads and writes items does not see it"),
        kmsKeyArn: withoutEffect("whoever reads and writes items does not see it"),
      },
    },
    streamEnabled: notServed(NO_STREAM),
    streamViewType: notServed(NO_STREAM),
    tableClass: withoutEffect("it is about the bill"),
    tags: withoutEffect("whoever reads and writes items does not see them"),
    ttl: { parts: { attributeName: served, enabled: served } },
    warmThroughput: { parts: warmth },
    writeCapacity: served,
  },

  create(resource, account) {
    const { inputs } = resource;
    const name = physicalName(resource);
    refuse(inputs);
    const arn = arnOf(account, "dynamodb", `table/${name}`);
    const label = new Date(0).toISOString().slice(0, -1);
    const streams = flag(inputs.streamEnabled);
    const billingMode = text(inputs.billingMode) ?? "PROVISIONED";
    return {
      id: name,
      outputs: {
        name,
        arn,
        billingMode,
        hashKey: text(inputs.hashKey),
        readCapacity: number(inputs.readCapacity, 0),
        writeCapacity: number(inputs.writeCapacity, 0),
        streamArn: streams ? `${arn}/stream/${label}` : "",
        streamLabel: streams ? label : "",
        streamViewType: text(inputs.streamViewType) ?? "",
        globalSecondaryIndexes: list(inputs.globalSecondaryIndexes),
        globalTableWitness: inputs.globalTableWitness ?? {},
        pointInTimeRecovery: inputs.pointInTimeRecovery ?? { enabled: false },
        serverSideEncryption: inputs.serverSideEncryption ?? { enabled: false, kmsKeyArn: "" },
        ttl: inputs.ttl ?? { enabled: false, attributeName: "" },
        warmThroughput: inputs.warmThroughput ?? {},
      },
    };
  },

  existing: (id, account) => ({ name: id, arn: arnOf(account, "dynamodb", `table/${id}`) }),

  declare({ inputs, outputs }, cloud) {
    const ttl = map<unknown>(inputs.ttl);
    cloud.model.tables.push({
      name: String(outputs.name),
      arn: String(outputs.arn),
      region: String(outputs.region),
      keys: keysOf(inputs),
      attributes: attributesOf(inputs),
      localIndexes: indexesOf(inputs.localSecondaryIndexes, text(inputs.hashKey)),
      globalIndexes: indexesOf(inputs.globalSecondaryIndexes),
      billingMode: outputs.billingMode === "PAY_PER_REQUEST" ? "PAY_PER_REQUEST" : "PROVISIONED",
      readCapacity: number(inputs.readCapacity, 0),
      writeCapacity: number(inputs.writeCapacity, 0),
      ttlAttribute: flag(ttl.enabled, true) ? text(ttl.attributeName) || undefined : undefined,
      deletionProtection: flag(inputs.deletionProtectionEnabled),
      items: [],
    });
  },
});

const keysOf = ({ hashKey, rangeKey }: Values): string[] =>
  [text(hashKey), text(rangeKey)].filter((key) => key !== undefined);

const attributesOf = ({ attributes }: Values): TableModel["attributes"] =>
  list<Values>(attributes).map(({ name, type }) => ({ name: String(name), type: String(type) as "S" | "N" | "B" }));

/** @param hashKey of local indexes: the table's */
function indexesOf(indexes: unknown, hashKey?: string): TableIndexModel[] {
  return list<Values>(indexes).map((index) => {
    const schema = list<Values>(index.keySchemas);
    const partitionKeys = schema.filter(({ keyType }) => keyType === "HASH").length;
    return {
      name: String(index.name),
      keys:
        schema.length > 0 ? schema.map(({ attributeName }) => String(attributeName)) : keysOf({ hashKey, ...index }),
      ...(partitionKeys > 1 && { partitionKeys }),
      projectionType: String(index.projectionType) as TableIndexModel["projectionType"],
      nonKeyAttributes: list(index.nonKeyAttributes),
    };
  });
}

const MOST_OF_A_TYPE = 4;

/** @returns what an index with several attributes in its key may not have; the words are ours */
function wrongKeyTypes(types: string[]): string | undefined {
  const [hash, range] = ["HASH", "RANGE"].map((type) => types.filter((one) => one === type).length) as [number, number];
  if (types.length === 0) return undefined;
  if (hash < 1 || hash > MOST_OF_A_TYPE) return `An index has one to ${MOST_OF_A_TYPE} HASH key attributes.`;
  if (range > MOST_OF_A_TYPE) return `An index has at most ${MOST_OF_A_TYPE} RANGE key attributes.`;
  if (types.lastIndexOf("HASH") >= hash) return "HASH key attributes must precede RANGE key attributes.";
  return undefined;
}

/** What CreateTable and the provider refuse most often. */
function refuse(inputs: Values): void {
  const keys = keysOf(inputs);
  const indexes = [
    ...indexesOf(inputs.localSecondaryIndexes, text(inputs.hashKey)),
    ...indexesOf(inputs.globalSecondaryIndexes),
  ];
  const defined = attributesOf(inputs).map(({ name }) => name);
  const used = new Set([...keys, ...indexes.flatMap((index) => index.keys)]);
  const invalid = (sentence: string) => new ResourceProblem(`ValidationException: ${sentence}`);
  if (text(inputs.hashKey) === undefined) {
    throw invalid(
      "One or more parameter values were invalid: No Hash Key specified in schema. All Dynamo DB tables must have exactly one hash key",
    );
  }
  const undefinedKeys = [...used].filter((key) => !defined.includes(key));
  if (undefinedKeys.length > 0) {
    throw invalid(
      `One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [${undefinedKeys.join(", ")}], AttributeDefinitions: [${defined.join(", ")}]`,
    );
  }
  for (const index of list<Values>(inputs.globalSecondaryIndexes)) {
    const types = list<Values>(index.keySchemas).map(({ keyType }) => String(keyType));
    const wrong = wrongKeyTypes(types);
    if (wrong) throw invalid(`One or more parameter values were invalid: ${wrong} IndexName: ${index.name}`);
  }
  const unused = defined.filter((name) => !used.has(name));
  if (unused.length > 0)
    throw new ResourceProblem(`all attributes must be indexed. Unused attributes: ${JSON.stringify(unused)}`);
  if (
    text(inputs.billingMode) !== "PAY_PER_REQUEST" &&
    !(number(inputs.readCapacity, 0) >= 1 && number(inputs.writeCapacity, 0) >= 1)
  ) {
    throw invalid(
      "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
    );
  }
}
