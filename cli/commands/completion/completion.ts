/**
 * Completion scripts for four shells, written from the command tree. Only for paths, targets and profiles does Tab start
 * something: `demo-auth __complete`, which reads files (`known-values.ts`).
 */
import type { CommandDescription, OptionDescription } from "../../command-tree.ts";

export type Shell = "bash" | "zsh" | "fish" | "powershell";
/** What `demo-auth __complete` can list. */
export type ValueKind = "paths" | "targets" | "profiles";

/** By command: what its first argument is. */
const argumentKinds: Readonly<Record<string, ValueKind>> = { call: "paths", use: "targets" };
/** By option: what its value is. */
const valueKinds: Readonly<Record<string, ValueKind>> = { "--target": "targets", "--profile": "profiles" };

/** @param tree the whole program; global options are those of its root */
export function completionScript(shell: Shell, tree: CommandDescription): string {
  return { bash, zsh, fish, powershell }[shell]({ ...tree, commands: tree.commands.map(flat) });
}

/** A command that has commands of its own offers their names, and everybody's options. */
function flat(command: CommandDescription): CommandDescription {
  if (command.commands.length === 0) return command;
  const known = new Map([command, ...command.commands].flatMap(({ options }) => options.map((one) => [one.long, one])));
  return { ...command, choices: command.commands.map(({ name }) => name), options: [...known.values()] };
}

const fileValues = new Set(["--config"]);

function names(option: OptionDescription): string[] {
  return [option.short, option.long].filter((name): name is string => Boolean(name));
}

function withGlobals(tree: CommandDescription, command: CommandDescription): OptionDescription[] {
  const own = new Set(command.options.flatMap(names));
  return [...command.options, ...tree.options.filter((option) => !names(option).some((name) => own.has(name)))];
}

function valuedOptions(tree: CommandDescription): string[] {
  const all = [tree, ...tree.commands].flatMap((command) => command.options).filter((option) => option.takesValue);
  return [...new Set(all.flatMap(names))].sort();
}

function bash(tree: CommandDescription): string {
  const cases = tree.commands.map((command) => {
    const options = withGlobals(tree, command).flatMap(names).join(" ");
    return `    ${command.name}) options="${options}"; words="${command.choices.join(" ")}" ;;`;
  });
  const values = [tree, ...tree.commands].flatMap((command) =>
    command.options
      .filter((option) => option.choices.length > 0)
      .map((option) => {
        const scope = command === tree ? "*" : command.name;
        const patterns = names(option).map((name) => `${scope}:${name}`);
        return `    ${patterns.join("|")}) COMPREPLY=($(compgen -W "${option.choices.join(" ")}" -- "$current")); return ;;`;
      }),
  );
  const asked = tree.options
    .filter(({ long }) => valueKinds[long])
    .map((option) => {
      const patterns = names(option).map((name) => `*:${name}`);
      return `    ${patterns.join("|")}) _demo_auth_ask ${valueKinds[option.long]}; return ;;`;
    });
  const known = Object.entries(argumentKinds).map(
    ([command, kind]) => `    ${command}:[!-]*|${command}:) _demo_auth_ask ${kind}; return ;;`,
  );
  return `# demo-auth completion for bash. Load it with: source <(demo-auth completion bash)
# Values that are read when they are wanted. They are compared and taken as they are, never expanded.
_demo_auth_ask() {
  local value before=""
  # Where bash takes a colon for the end of a word, only what comes after it is replaced.
  if [[ $COMP_WORDBREAKS == *:* && $current == *:* ]]; then before="\${current%"\${current##*:}"}"; fi
  while IFS= read -r value; do
    if [[ $value == "$current"* ]]; then COMPREPLY+=("\${value#"$before"}"); fi
  done < <("\${typed[0]}" __complete "$1" -- "\${typed[@]:1}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 1 && $COMPREPLY == */ ]]; then compopt -o nospace 2>/dev/null; fi
}
_demo_auth() {
  local current previous command="" options words i word typed=()
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    i=$((\${#typed[@]} - 1))
    # bash takes : and = for ends of words, which they are not.
    if ((i > 0)) && [[ $word == [:=] || \${typed[i]} == *: || \${typed[i]} == --*= ]]; then typed[i]+="$word"; else typed+=("$word"); fi
  done
  i=$((\${#typed[@]} - 1))
  current="\${typed[i]}" previous="\${typed[i-1]}"
  if [[ $current == --*=* ]]; then previous="\${current%%=*}" current="\${current#*=}"; fi
  unset "typed[i]"
  for ((i = 1; i < \${#typed[@]}; i++)); do
    case "\${typed[i]}" in
    --) return ;;
    ${valuedOptions(tree).join("|")}) ((i++)) ;;
    -*) ;;
    *) command="\${typed[i]}"; break ;;
    esac
  done
  case "$command:$previous" in
${[...values, ...asked].join("\n")}
    ${[...fileValues].map((name) => `*:${name}`).join("|")}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case "$command:$current" in
${known.join("\n")}
  esac
  case "$command" in
    "") options="${tree.options.flatMap(names).join(" ")}"; words="${tree.commands.map(({ name }) => name).join(" ")}" ;;
${cases.join("\n")}
  esac
  if [[ $current == -* ]]; then words="$options"; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _demo_auth demo-auth
`;
}

function zsh(tree: CommandDescription): string {
  const text = (words: string) =>
    words.replace(/['\\[\]:]/g, (character) => (character === "'" ? "'\\''" : `\\${character}`));
  const spec = (option: OptionDescription) => {
    const forms = names(option);
    const kind = valueKinds[option.long];
    const offered = fileValues.has(option.long) ? "_files" : kind ? `{_demo_auth_ask ${kind}}` : "";
    const value = option.takesValue
      ? `:value:${option.choices.length > 0 ? `(${option.choices.map(text).join(" ")})` : offered}`
      : "";
    return forms.map((form) => `      '${form}[${text(option.description)}]${value}'`).join(" \\\n");
  };
  const subcommands = tree.commands.map((command) => {
    const kind = argumentKinds[command.name];
    const offered =
      command.choices.length > 0 ? `(${command.choices.map(text).join(" ")})` : kind && `{_demo_auth_ask ${kind}}`;
    const choices = offered ? ` \\\n      '1:value:${offered}'` : "";
    return `    ${command.name})\n      _arguments \\\n${withGlobals(tree, command).map(spec).join(" \\\n")}${choices} ;;`;
  });
  return `#compdef demo-auth
# demo-auth completion for zsh. Load it with: source <(demo-auth completion zsh)
# Values that are read when they are wanted; a path that goes on with a parameter is not ended with a space.
_demo_auth_ask() {
  local -a found=(\${(f)"$("\${typed[1]}" __complete "$1" -- "\${(@)typed[2,-1]}" 2>/dev/null)"})
  compadd -S '' -- \${(M)found:#*/}
  compadd -- \${found:#*/}
}
_demo_auth() {
  local context state line
  local -a typed=("\${(@)words[1,CURRENT-1]}")
  _arguments -C \\
${tree.options.map(spec).join(" \\\n")} \\
      '1:command:->command' \\
      '*::argument:->argument'
  case $state in
  command)
    local -a commands=(
${tree.commands.map(({ name, summary }) => `      '${name}:${text(summary)}'`).join("\n")}
    )
    _describe command commands ;;
  argument)
    case $line[1] in
${subcommands.join("\n")}
    esac ;;
  esac
}
if [ "$funcstack[1]" = "_demo_auth" ]; then _demo_auth "$@"; else compdef _demo_auth demo-auth; fi
`;
}

function fish(tree: CommandDescription): string {
  const text = (words: string) => words.replace(/['\\]/g, "\\$&");
  const asked = (kind: ValueKind) => ` -a '(demo-auth __complete ${kind} -- (commandline -opc)[2..-1] 2>/dev/null)'`;
  const line = (condition: string, option: OptionDescription) => {
    const short = option.short ? ` -s ${option.short.slice(1)}` : "";
    const value = option.takesValue
      ? option.choices.length > 0
        ? ` -x -a '${text(option.choices.join(" "))}'`
        : fileValues.has(option.long)
          ? " -r -F"
          : ` -x${valueKinds[option.long] ? asked(valueKinds[option.long]!) : ""}`
      : "";
    return `complete -c demo-auth${condition} -l ${option.long.slice(2)}${short}${value} -d '${text(option.description)}'`;
  };
  const lines = [
    "# demo-auth completion for fish. Load it with: demo-auth completion fish | source",
    "complete -c demo-auth -f",
    ...tree.options.map((option) => line("", option)),
    ...tree.commands.map(
      ({ name, summary }) => `complete -c demo-auth -n __fish_use_subcommand -a ${name} -d '${text(summary)}'`,
    ),
    ...tree.commands.flatMap((command) => {
      const condition = ` -n '__fish_seen_subcommand_from ${command.name}'`;
      const choices =
        command.choices.length > 0 ? [`complete -c demo-auth${condition} -a '${command.choices.join(" ")}'`] : [];
      const kind = argumentKinds[command.name];
      if (kind) choices.push(`complete -c demo-auth${condition}${asked(kind)}`);
      return [...choices, ...command.options.map((option) => line(condition, option))];
    }),
  ];
  return `${lines.join("\n")}\n`;
}

function powershell(tree: CommandDescription): string {
  const text = (words: string) => `'${words.replaceAll("'", "''")}'`;
  const option = (one: OptionDescription) =>
    `@{ Names = @(${names(one).map(text).join(", ")}); Help = ${text(one.description)}; Values = @(${one.choices.map(text).join(", ")}); Ask = ${text(valueKinds[one.long] ?? "")}; Takes = $${one.takesValue} }`;
  const command = (one: CommandDescription) =>
    `    ${text(one.name)} = @{ Help = ${text(one.summary)}; Words = @(${one.choices.map(text).join(", ")}); Ask = ${text(argumentKinds[one.name] ?? "")}; Options = @(\n${withGlobals(
      tree,
      one,
    )
      .map((known) => `      ${option(known)}`)
      .join("\n")}\n    ) }`;
  return `# demo-auth completion for PowerShell. Load it with: demo-auth completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName demo-auth -ScriptBlock {
  param($word, $ast, $position)
  $globals = @(
${tree.options.map((known) => `    ${option(known)}`).join("\n")}
  )
  $commands = [ordered]@{
${tree.commands.map(command).join("\n")}
  }
  $before = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $position } | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  $name = $null; $options = $globals; $awaiting = $null
  foreach ($item in $before) {
    if ($awaiting) { $awaiting = $null; continue }
    $known = $options | Where-Object { $_.Names -ccontains $item } | Select-Object -First 1
    if ($known -and $known.Takes) { $awaiting = $known; continue }
    if (-not $name -and $commands.Contains($item)) { $name = $item; $options = $commands[$item].Options }
  }
  $offer = @()
  $ask = if ($awaiting) { $awaiting.Ask } elseif ($name -and -not $word.StartsWith('-')) { $commands[$name].Ask }
  if ($ask) { $offer = & $ast.CommandElements[0].ToString() __complete $ask '--' @before 2>$null | ForEach-Object { @{ Text = $_; Help = $_ } } }
  elseif ($awaiting) { $offer = $awaiting.Values | ForEach-Object { @{ Text = $_; Help = $_ } } }
  elseif ($word.StartsWith('-')) { $offer = foreach ($known in $options) { foreach ($form in $known.Names) { @{ Text = $form; Help = $known.Help } } } }
  elseif ($name) { $offer = $commands[$name].Words | ForEach-Object { @{ Text = $_; Help = $_ } } }
  else { $offer = foreach ($key in $commands.Keys) { @{ Text = $key; Help = $commands[$key].Help } } }
  $offer | Where-Object { $_ -and $_.Text.StartsWith($word) } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_.Text, $_.Text, 'ParameterValue', $_.Help)
  }
}
`;
}
