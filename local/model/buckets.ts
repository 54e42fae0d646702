/** S3, as far as integrations get objects from it. */

export interface BucketModel {
  name: string;
  /** Whether the program makes it; of one that it only uploads to, other objects may lie in it. */
  declared: boolean;
  /** A policy with a statement that denies, which nothing here evaluates. */
  denies: boolean;
  /** A policy with a statement that allows somebody something. */
  allows: boolean;
  objects: BucketObjectModel[];
}

/** What the program uploads (PutObject). */
export interface BucketObjectModel {
  key: string;
  /** The bytes, the absolute path of the file that has them, or a clause that says why they are not known here. */
  content: Buffer | { file: string } | { unknown: string };
  /** The header fields that an answer carries because the upload named them, by their lower-case names. */
  fields: Record<string, string>;
}

export interface RoleModel {
  arn: string;
  /** Of all its policies; `undefined` when the program does not say all of them. */
  statements: Record<string, unknown>[] | undefined;
}
