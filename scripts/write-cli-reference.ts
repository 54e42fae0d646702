/** Writes `docs/cli.md` from the command tree and the table of exit codes: `node scripts/write-cli-reference.ts`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type CommandDescription, describeCommand, type OptionDescription } from "../cli/command-tree.ts";
import { buildProgram } from "../cli/program.ts";
import { errorCodes, exitCodeMeanings } from "../cli/shared/errors.ts";
import { systemWorld } from "../cli/shared/world.ts";

/** The whole reference page. */
export function cliReference(): string {
  const program = describeCommand(buildProgram(systemWorld()));
  const sections = [
    "<!-- Written by scripts/write-cli-reference.ts; edit the commands instead. -->",
    "# The command line",
    program.description,
    "Results go to standard output, everything else to standard error. `--json` makes both machine-readable.",
    optionTable("Options of every command", program.options),
    ...program.commands.flatMap((command) => commandSections(command, "demo-auth")),
    "## Exit codes",
    '`demo-auth help exit-codes` shows them too. With `--json`, an error is one line on standard error: `{"error":{"code","message","hint","exitCode"}}`.',
    exitCodeTable(),
    variables,
  ];
  return `${sections.filter(Boolean).join("\n\n")}\n`;
}

/** A command's section, and those of its own commands. */
function commandSections(command: CommandDescription, parent: string): string[] {
  const name = `${parent} ${command.name}`;
  return [commandSection(command, name), ...command.commands.flatMap((child) => commandSections(child, name))];
}

function commandSection(command: CommandDescription, name: string): string {
  const usage = ["```", command.usage, "```"].join("\n");
  const own = command.options.filter(({ long }) => long !== "--help");
  return [`## ${name}`, command.description, usage, optionTable("", own)].filter(Boolean).join("\n\n");
}

function optionTable(title: string, options: readonly OptionDescription[]): string {
  if (options.length === 0) return "";
  const rows = options.map(
    (option) =>
      `| \`${option.flags.replaceAll("|", "\\|")}\` | ${[option.description, ...details(option)].join("; ")} |`,
  );
  return [...(title ? [`## ${title}`, ""] : []), "| option | |", "|---|---|", ...rows].join("\n");
}

function details({ choices, defaultValue, env }: OptionDescription): string[] {
  return [
    ...(choices.length > 0 ? [`one of ${choices.map((choice) => `\`${choice}\``).join(", ")}`] : []),
    ...(defaultValue === undefined ? [] : [`default \`${defaultValue}\``]),
    ...(env === undefined ? [] : [`environment \`${env}\``]),
  ];
}

function exitCodeTable(): string {
  const rows = exitCodeMeanings.map(([code, meaning]) => {
    const codes = Object.entries(errorCodes).filter(([, exit]) => exit === code);
    return `| ${code} | ${meaning} | ${codes.map(([name]) => `\`${name}\``).join(" ")} |`;
  });
  return ["| exit code | meaning | error codes |", "|---|---|---|", ...rows].join("\n");
}

const variables = `## Where settings come from

Flags, then \`DEMO_AUTH_\` variables, then the project file, then your own file, then defaults; \`demo-auth config\` shows every value with its source.

The target is the first of: \`--target\`, \`DEMO_AUTH_TARGET\`, \`--profile\`, \`DEMO_AUTH_ISSUER\` with \`DEMO_AUTH_CLIENT_ID\`, what \`demo-auth use\` chose for the project, \`demo-auth.json\` here or above, a running local cloud, the Pulumi stack that is selected in Pulumi's workspace file, the profile \`default\`.

In a folder with a \`Pulumi.yaml\` at or above it, a running local cloud means that project's own: when only another project's runs, commands say so, and how to name that one on purpose (\`--target local:<project>/<stack>\`, or \`local:<pid>\`). Elsewhere the only one that runs is taken.

| variable | sets |
|---|---|
| \`DEMO_AUTH_TARGET\`, \`DEMO_AUTH_PROFILE\`, \`DEMO_AUTH_CONFIG\` | \`--target\`, \`--profile\`, \`--config\` |
| \`DEMO_AUTH_ISSUER\`, or \`DEMO_AUTH_REGION\` and \`DEMO_AUTH_USER_POOL_ID\` | the user pool |
| \`DEMO_AUTH_CLIENT_ID\` | the app client |
| \`DEMO_AUTH_DOMAIN\` | the hosted UI, a host name or URL |
| \`DEMO_AUTH_API_URL\` | the API's stage |
| \`DEMO_AUTH_FLOW\` | \`implicit\` or \`code\` |
| \`DEMO_AUTH_TOKEN_USE\` | \`id\` or \`access\` |
| \`DEMO_AUTH_SCOPES\` | scopes to ask for |
| \`DEMO_AUTH_PORTS\` | registered callback ports |
| \`DEMO_AUTH_TOKEN\` | a token that came from elsewhere: verified, and used before any stored sign-in |
| \`DEMO_AUTH_STORAGE\` | \`file\`, \`keyring\` or \`none\` |
| \`DEMO_AUTH_BROWSER\` | the program to open addresses with |
| \`DEMO_AUTH_HOME\` | the folder of all state |
| \`DEMO_AUTH_AS\` | the account, of several that are signed in to one target |
| \`DEMO_AUTH_SAFE_DIRECTORY\` | folders of other users whose \`demo-auth.json\` and \`Pulumi.yaml\` may be used, separated by \`:\`; \`*\` for all |

\`demo-auth.json\` has the names of the stack outputs, so \`pulumi stack output --json > demo-auth.json\` writes it: \`issuer\` (or \`region\` and \`userPoolId\`), \`clientId\`, \`hostedUiUrl\`, \`apiUrl\`, \`callbackUrls\`, \`logoutUrls\`, \`flow\`, \`tokenUse\`, \`scopes\`, \`identityProviders\`, \`routes\`. Your own file (\`demo-auth config\` shows where) holds \`storage\` and \`profiles\` of the same shape.`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(new URL("../docs/", import.meta.url), { recursive: true });
  writeFileSync(new URL("../docs/cli.md", import.meta.url), cliReference());
}
