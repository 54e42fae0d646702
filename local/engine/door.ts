/**
 * Where a program finds its engine: a socket in a folder that only this user may enter, since whoever reaches the engine makes
 * resources and reads secrets, and a program can be told an address but no password. gRPC on Windows has no such sockets:
 * there it is a free loopback port.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Door {
  /** As gRPC writes it (https://github.com/grpc/grpc/blob/master/doc/naming.md). */
  address: string;
  /** Connections wait until somebody answers them. */
  answer(by: (connection: Socket) => void): void;
  close(): void;
}

const SOCKET = "engine";
/** A socket's path may be no longer than this on any system that has them (`sun_path` in `sys/un.h`). */
const LONGEST_SOCKET_PATH = 100;

export async function openDoor(): Promise<Door> {
  const connections = new Set<Socket>();
  let serve: ((connection: Socket) => void) | undefined;
  const server = createServer((connection) => {
    connections.add(connection);
    connection.once("close", () => connections.delete(connection));
    serve?.(connection);
  });
  const folder = process.platform === "win32" ? undefined : privateFolder();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    if (folder === undefined) server.listen(0, "127.0.0.1", resolve);
    else server.listen(join(folder, SOCKET), resolve);
  });
  return {
    address:
      folder === undefined ? `127.0.0.1:${(server.address() as AddressInfo).port}` : `unix:${join(folder, SOCKET)}`,
    answer(by) {
      serve = by;
      for (const connection of connections) by(connection);
    },
    close() {
      server.close();
      for (const connection of connections) connection.destroy();
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** `mkdtemp` makes it for its owner alone; named so that it is swept when this process could not remove it. */
function privateFolder(): string {
  const name = `demo-auth-${process.pid}-`;
  const usual = join(tmpdir(), name);
  return mkdtempSync(usual.length + "XXXXXX/".length + SOCKET.length > LONGEST_SOCKET_PATH ? `/tmp/${name}` : usual);
}
