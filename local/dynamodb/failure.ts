/** Errors in DynamoDB's form (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html). */

/** What DynamoDB answers with a status of 400. */
export interface Failure extends Error {
  statusCode: number;
  body: { __type: string; message?: string };
}

/** @param type such as `ResourceNotFoundException` */
export function failure(type: string, message: string, more: object = {}): Failure {
  const service = type === "ValidationException" ? "com.amazon.coral.validate" : "com.amazonaws.dynamodb.v20120810";
  return Object.assign(new Error(message), {
    statusCode: 400,
    body: { __type: `${service}#${type}`, message, ...more },
  });
}

export const isFailure = (error: unknown): error is Failure => error instanceof Error && "body" in error;

/** Of a request that has not the form of any. */
export const notSerializable = (): Failure =>
  Object.assign(failure("SerializationException", ""), {
    body: { __type: "com.amazon.coral.service#SerializationException" },
  });
