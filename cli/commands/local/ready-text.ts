/** What a running local cloud serves, for people: all of it at the start, and after a reload what has come and gone. */
import type { ReadyDocument } from "../../../local/host/ready-document.ts";
import type { Output } from "../../shared/output.ts";
import { type Section, unservedSections } from "./unserved-text.ts";

export function describe(out: Output, ready: ReadyDocument): void {
  const { project } = ready;
  out.note(`${out.mark("green", "✓")} ${project.name}, stack ${project.stack}, runs on this machine.`);
  for (const { heading, lines, isList } of sectionsOf(out, ready)) {
    out.note("");
    out.note(out.mark("bold", heading));
    for (const line of isList ? [lines.join(", ")] : lines) out.note(`  ${line}`);
  }
}

/** A line for whatever is new, with `+`, and for whatever is gone, with `-`. */
export function differences(out: Output, before: ReadyDocument, after: ReadyDocument): string[] {
  const linesOf = (ready: ReadyDocument) =>
    new Map(sectionsOf(out, ready).map(({ heading, lines }) => [heading, new Set(lines)]));
  const [old, now] = [linesOf(before), linesOf(after)];
  const nothing = new Set<string>();
  return [...new Set([...now.keys(), ...old.keys()])].flatMap((heading) => {
    const [was, is] = [old.get(heading) ?? nothing, now.get(heading) ?? nothing];
    return [
      ...[...is].filter((line) => !was.has(line)).map((line) => `${out.mark("green", "+")} ${heading}: ${line}`),
      ...[...was].filter((line) => !is.has(line)).map((line) => `${out.mark("red", "-")} ${heading}: ${line}`),
    ];
  });
}

function sectionsOf(out: Output, ready: ReadyDocument): Section[] {
  const sections: Section[] = [{ heading: "Console, with mail and users", lines: [ready.console] }];
  const guarded = (authorization: string, scopes: readonly string[] = []) =>
    out.mark("dim", authorization === "NONE" ? "open to anyone" : [authorization, ...scopes].join(" "));
  for (const { name, id, hostedUi, issuer, clients } of ready.userPools) {
    sections.push({
      heading: `User pool ${name} (${id})`,
      lines: [
        ...(hostedUi ? [`hosted UI  ${hostedUi}`] : []),
        `issuer     ${issuer}`,
        ...clients.map((client) => `app client ${client.name} (${client.id}): ${client.flows.join(", ")}`),
      ],
    });
  }
  for (const { name, id, stages } of ready.apis) {
    const lines = stages.flatMap(({ url, routes }) =>
      routes.map(
        ({ method, path, authorization, scopes }) =>
          `${method.padEnd(7)} ${url}${path}  ${guarded(authorization, scopes)}`,
      ),
    );
    sections.push({ heading: `API ${name} (${id})`, lines });
  }
  if (ready.functionUrls.length > 0) {
    const lines = ready.functionUrls.map(
      ({ url, functionName, authorization }) => `${url}  ${functionName}  ${guarded(authorization)}`,
    );
    sections.push({ heading: "Function URLs", lines });
  }
  if (ready.functions.length > 0)
    sections.push({ heading: "Functions", lines: ready.functions.map(({ name, runtime }) => `${name} (${runtime})`) });
  if (ready.tables) {
    const lines = ready.tables.map(({ name, region, keys }) => `${name} (${keys.join(", ")})  ${region}`);
    sections.push({ heading: `Tables, with DynamoDB at ${ready.console}`, lines });
  }
  sections.push(...unservedSections(ready.declaredNotEmulated));
  if (ready.credentials) {
    sections.push({
      heading: "Access key of the local account, for what takes AWS_IAM, for tables, parameters and secrets",
      lines: [
        ready.credentials.accessKeyId,
        `Its secret: credentials.secretAccessKey in ${ready.console}/api/cloud; it opens nothing but this cloud.`,
      ],
    });
  }
  if (ready.certificateAuthority) {
    sections.push({
      heading: "Certificate authority, for loopback names only",
      lines: [
        ready.certificateAuthority,
        "demo-auth trusts it by itself; for other Node programs set NODE_EXTRA_CA_CERTS to it.",
      ],
    });
  }
  return sections;
}
