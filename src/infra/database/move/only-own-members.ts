import type { CommandReceipt, Member, StreamHead } from '../bindings/index.ts';
import { HeycatError } from '../../../errors.ts';
import type { EngineEndpoint } from '../engine.ts';
import { readRows } from '../history/exact-rows.ts';

/**
 * A move writes as the user, and nobody can write as somebody else: whoever keeps data beside the user would lose it.
 * @param deployer its identity, 64 hex digits.
 * @throws HeycatError CONFLICT when there is anybody else, or the deployer has data of its own.
 */
export async function assertOnlyOwnMembers(endpoint: EngineEndpoint, deployer: string): Promise<void> {
  const owner: EngineEndpoint = {
    ...endpoint,
    identity: deployer,
    connect: (deadlineMs) => endpoint.connect(deadlineMs, 'deployer'),
  };
  const members = await readRows<Member>(owner, 'members');
  const heads = await readRows<StreamHead>(owner, 'stream_heads');
  const receipts = await readRows<CommandReceipt>(
    owner,
    'command_receipts',
    `owner_identity = 0x${deployer}`,
  );
  const known = [deployer, endpoint.identity];
  const others = new Set(
    [...members.map(({ value }) => value.identity), ...heads.map(({ value }) => value.ownerIdentity)]
      .map((identity) => identity.toHexString())
      .filter((identity) => !known.includes(identity)),
  );
  const own = heads.find(({ value }) => value.ownerIdentity.toHexString() === deployer);
  if ((own !== undefined && own.value.nextSeq > 1n) || receipts.length > 0) others.add(deployer);
  if (others.size === 0) return;
  const sentence =
    `The database also keeps data of ${others.size} other ${others.size === 1 ? 'identity' : 'identities'}, which a ` +
    'move cannot carry; nothing was changed. Each of them can only be moved as its own user.';
  throw new HeycatError('CONFLICT', sentence, { identities: [...others] });
}
