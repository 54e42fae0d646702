/**
 * The origins of one cloud: a loopback server for the console, for each hosted-UI domain, each API and each function URL. What has
 * an origin keeps it as long as the cloud runs, whatever the program declares in between.
 */
import { type LoopbackServer, listenOnLoopback, type Reach, type TlsIdentity } from "../http/loopback.ts";

/** The name of the console's. */
export const CONSOLE = "console";

export class Origins {
  #nextPort: number;
  readonly #tls: TlsIdentity | undefined;
  readonly #reach: Reach | undefined;
  readonly #servers = new Map<string, LoopbackServer>();

  /**
   * @param firstPort the ports follow it in a row; 0 takes any free ones
   * @param reach what all of them open to other machines
   */
  constructor(firstPort: number, tls: TlsIdentity | undefined, reach: Reach | undefined) {
    this.#nextPort = firstPort;
    this.#tls = tls;
    this.#reach = reach;
  }

  /**
   * The server of that name, opened when it is new.
   * @throws PortTakenError
   * @throws NotAnAddressError
   */
  async open(name: string): Promise<LoopbackServer> {
    const existing = this.#servers.get(name);
    if (existing) return existing;
    const server = await listenOnLoopback(this.#nextPort === 0 ? 0 : this.#nextPort++, this.#tls, this.#reach);
    this.#servers.set(name, server);
    return server;
  }

  /** @throws Error for a name that was never opened */
  get(name: string): LoopbackServer {
    const server = this.#servers.get(name);
    if (!server) throw new Error(`${name} has no origin.`);
    return server;
  }

  names(): string[] {
    return [...this.#servers.keys()];
  }

  async close(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.close()));
  }
}
