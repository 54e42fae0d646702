/** Parameter Store and Secrets Manager. */

/** A parameter of Systems Manager's Parameter Store. */
export interface ParameterModel {
  name: string;
  arn: string;
  region: string;
  type: "String" | "StringList" | "SecureString";
  dataType: string;
  /** `undefined` where the program gives none, or makes it of what only AWS knows. */
  value: string | undefined;
}

/** A secret of Secrets Manager. */
export interface SecretModel {
  name: string;
  /** With the hyphen and six characters behind the name */
  arn: string;
  region: string;
  description: string | undefined;
  kmsKeyId: string | undefined;
  tags: Record<string, string>;
  /** It has a resource policy, which is not looked at: nobody may read its value. */
  hasPolicy: boolean;
  /** In the order in which the program declares them. */
  versions: SecretVersionModel[];
}

export interface SecretVersionModel {
  id: string;
  /** Staging labels, such as `AWSCURRENT`. */
  stages: string[];
  /** Text, or bytes in Base64; `undefined` as for a parameter. */
  value: { text: string } | { base64: string } | undefined;
}
