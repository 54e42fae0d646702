/** Parts of `amazon-cognito-identity-js` that it publishes without types: its SRP calculations. */
declare module "amazon-cognito-identity-js/lib/AuthenticationHelper.js" {
  interface BigNumber {
    toString(radix: number): string;
  }
  class AuthenticationHelper {
    /** @param poolName the pool's id without its region */
    constructor(poolName: string);
    getLargeAValue(done: (error: Error | null, A: BigNumber) => void): void;
    getPasswordAuthenticationKey(
      username: string,
      password: string,
      B: BigNumber,
      salt: BigNumber,
      done: (error: Error | null, key: Uint8Array) => void,
    ): void;
  }
  const module: { default: typeof AuthenticationHelper };
  export default module;
}

declare module "amazon-cognito-identity-js/lib/BigInteger.js" {
  const module: { default: new (text: string, radix: number) => { toString(radix: number): string } };
  export default module;
}

declare module "amazon-cognito-identity-js/lib/DateHelper.js" {
  const module: { default: new () => { getNowString(): string } };
  export default module;
}
