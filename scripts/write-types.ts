/** Writes the declarations of sources that are published: each file's own, for either kind of module. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/**
 * @param names of files in `folder`, without `.ts`; what they export says its type
 * @throws Error when a type would have to be inferred
 */
export function writeTypes(folder: string, names: readonly string[], outdir: string): void {
  mkdirSync(outdir, { recursive: true });
  for (const name of names) {
    const source = readFileSync(join(folder, `${name}.ts`), "utf8");
    const { outputText, diagnostics = [] } = ts.transpileDeclaration(source, {
      fileName: `${name}.ts`,
      compilerOptions: { isolatedDeclarations: true, strict: true, target: ts.ScriptTarget.ES2024 },
    });
    if (diagnostics.length > 0)
      throw new Error(
        diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")).join("\n"),
      );
    for (const kind of ["ts", "cts"]) {
      const extension = kind === "ts" ? "js" : "cjs";
      writeFileSync(
        join(outdir, `${name}.d.${kind}`),
        outputText.replaceAll(/(from ".\/[\w-]+)\.ts"/g, `$1.${extension}"`),
      );
    }
  }
}
