/** What Parameter Store and Secrets Manager refuse (https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html). */

export class Refusal extends Error {
  /** Such as `ParameterNotFound` */
  readonly type: string;
  /** What the client is told besides the type. */
  readonly body: { message?: string; Message?: string };

  /**
   * @param body as AWS spells it for this error; the errors of Secrets Manager's model say `Message`
   * @param reason for a person, where the body says less
   */
  constructor(type: string, body: { message?: string; Message?: string }, reason?: string) {
    super(reason ?? body.message ?? body.Message ?? type);
    this.name = "Refusal";
    this.type = type;
    this.body = body;
  }
}

export const invalid = (message: string): Refusal => new Refusal("ValidationException", { message });

export const notServed = (message: string): Refusal => new Refusal("UnknownOperationException", { message });
