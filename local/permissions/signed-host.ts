/** The host that a request was signed for, where a function's runtime sends it to another one. Only who holds the key can have signed it. */
export const SIGNED_HOST = "x-demo-auth-signed-host";
