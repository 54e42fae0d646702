/** What a program declares or sets and the local cloud does not serve, as the ready document lists it. */
export interface Unserved {
  /** e.g. `aws:cognito/userPool:UserPool` */
  type: string;
  /** The resource's logical name. */
  name: string;
  /** The input, with a path into objects; absent when the resource as a whole is not served. */
  property?: string;
  /** A short sentence for the person, without a full stop. */
  reason?: string;
  /** It decides who is let in: what it guards is refused on the wire. */
  guards?: true;
}
