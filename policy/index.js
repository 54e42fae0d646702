// Pulumi starts a policy pack with its own TypeScript loader, which knows no ES modules; behind this file Node takes over.
import "./pack.ts";
