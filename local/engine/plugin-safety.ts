/**
 * Which plugins of other providers may be started. A local cloud never touches a real one, so a plugin runs only when
 * what it does is known to stay on this machine, or when the project's person says so.
 */

/** They compute, or keep what they make in the state; they need no credentials and change nothing elsewhere. */
const LOCAL: ReadonlySet<string> = new Set([
  ...["archive", "cloudinit", "null", "pulumi-nodejs", "random", "std", "time", "tls"],
]);

/** They run whatever commands or programs they are given, which may speak to an account. */
const RUNS = /^(?:command|local|external)$/;

/** They speak to somebody's account, cluster, registry or daemon; components of theirs included. */
const ELSEWHERE =
  /^(?:aws-native|awscc|azure(?:-.+)?|azuread|azuredevops|gcp|google-native|kubernetes|kubernetes-.+|docker|docker-build|github|gitlab|cloudflare|digitalocean|linode|hcloud|oci|alicloud|vault|consul|nomad|okta|auth0|datadog|newrelic|pagerduty|snowflake|databricks|mongodbatlas|confluentcloud|postgresql|mysql|rabbitmq|kafka|openstack|vsphere|proxmoxve|fastly|akamai|rancher2?|minio|pulumiservice|stripe|slack|http)$/;

/** What a program wants of a plugin. A component makes nothing itself: what it declares comes back to this engine. */
export type Purpose = "resource" | "function" | "component";

/**
 * @param named packages that the person lists under `plugins` in demo-auth.local.yaml
 * @returns why the plugin is not to be started, as a clause, or `undefined`
 */
export function unsafe(name: string, purpose: Purpose, named: readonly string[]): string | undefined {
  if (LOCAL.has(name) || named.includes(name)) return undefined;
  if (ELSEWHERE.test(name)) return `the plugin ${name} works on a real account or service and is never started`;
  if (RUNS.test(name))
    return `the plugin ${name} runs what the program says, which may reach a real account; to let it, list it under \`plugins\` in demo-auth.local.yaml`;
  if (purpose === "component") return undefined;
  return `the plugin ${name} is not known to stay on this machine; if it does, list it under \`plugins\` in demo-auth.local.yaml`;
}
