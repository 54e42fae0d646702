/** A name that nobody has may be somebody of another directory: the user migration trigger is asked. */
import type { AppClientModel } from "../../model.ts";
import type { Pool } from "../pool.ts";
import type { User } from "../state/users.ts";
import type { MigrationRequest } from "../triggers/user-migration.ts";

/**
 * @returns the pool's user of that name, or the one whom the function made known; `undefined` for nobody
 * @throws CognitoError as the trigger fails
 */
export async function findOrMigrate(
  pool: Pool,
  client: AppClientModel,
  request: MigrationRequest,
): Promise<User | undefined> {
  const found = pool.users.find(request.name);
  if (found || !pool.model.triggers.userMigration) return found;
  const { migrateUser } = await import("../triggers/user-migration.ts");
  // Of two sign-ins at the same moment, one migrates.
  return pool.inTurn(
    pool.codes.ghost(pool.users.key(request.name)),
    async () => pool.users.find(request.name) ?? migrateUser(pool, client, request),
  );
}
