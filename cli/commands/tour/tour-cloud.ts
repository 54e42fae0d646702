/**
 * The local cloud that the tour shows: the one that runs here already for a person, else one of its own, which it begins
 * with the API open where the program has a setting for it.
 */
import { resolve } from "node:path";
import { type Project, readProject } from "../../../local/engine/project.ts";
import type { ReadyDocument } from "../../../local/host/ready-document.ts";
import type { LocalCloud } from "../../../local/start.ts";
import type { CommandContext } from "../../shared/command-context.ts";
import type { World } from "../../shared/world.ts";
import { answeringClouds, describeCloud } from "../../targets/local-clouds.ts";
import { parsePort, programOptions, startAnnounced, stateDirectory } from "../local/local-cloud.ts";

export interface TourFlags {
  stack: string;
  project: string;
  port?: string;
  state?: string;
  ephemeral?: boolean;
  headless?: boolean;
}

export interface TourCloud {
  ready: ReadyDocument;
  /** What `--target` calls it. */
  target: string;
  /** Whether the tour started it, and ends it. */
  own: boolean;
  /** Deploys the authorizer that the program was first deployed without; absent where it stands already. */
  secure?: (() => Promise<ReadyDocument>) | undefined;
  /** Absent for a cloud of another process. */
  admin?: LocalCloud["admin"];
  close(): Promise<void>;
}

/** The one that runs already for this stack of this project, for a person; else one of its own. */
export async function cloudFor(io: CommandContext<TourFlags>, byHand: boolean): Promise<TourCloud> {
  const { world, flags } = io;
  const directory = resolve(world.workingDirectory, flags.project);
  const asked = flags.port !== undefined || flags.state !== undefined || flags.ephemeral;
  if (byHand && !asked) {
    const running = (await answeringClouds(world)).find(
      ({ project }) => project.stack === flags.stack && resolve(project.directory) === directory,
    );
    if (running) {
      io.out.note(`The local cloud that runs here already is used (pid ${running.pid}).`);
      const ready = (await describeCloud(world, running)) as unknown as ReadyDocument;
      return { ready, target: `local:${running.pid}`, own: false, close: async () => undefined };
    }
  }
  const open = openConfig(readProject(directory, flags.stack, world.env));
  const start = (port: number) =>
    startAnnounced(world, {
      ...programOptions(io, directory),
      stack: flags.stack,
      config: open,
      port,
      // Somebody who looks around finds everything where demo-auth local would put it; a script leaves no trace.
      stateDirectory: stateDirectory(
        world,
        { ...flags, ephemeral: flags.ephemeral || (!byHand && flags.state === undefined) },
        directory,
      ),
    });
  const wanted = flags.port === undefined ? (byHand ? 4510 : 0) : parsePort(flags.port);
  const cloud = await start(wanted).catch((error) => {
    if (flags.port !== undefined || wanted === 0 || error.code !== "port_taken") throw error;
    io.out.note(`Port ${wanted} or one that follows it is taken, so free ones are used.`);
    return start(0);
  });
  const secure = open && (() => cloud.reload({}));
  return {
    get ready() {
      return cloud.ready;
    },
    ...{ secure, target: ownCloud(world), own: true, admin: cloud.admin, close: cloud.close },
  };
}

/** The config that deploys the API open: of a program with this project's setting, whose `dev` profile alone takes it. */
function openConfig({ name, config }: Project): Record<string, string> | undefined {
  const isOffered = config[`${name}:authorization`] === "cognito" && config[`${name}:profile`] !== "prod";
  return isOffered ? { [`${name}:authorization`]: "none" } : undefined;
}

/** The tour's cloud, whatever others run beside it. */
function ownCloud(world: World): string {
  return `local:${world.processId}`;
}
