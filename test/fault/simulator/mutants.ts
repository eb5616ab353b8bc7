import type { ModuleHost } from '../../../src/infra/database/embedded/module-host.ts';

/** A host whose module finds no receipt of any command. */
export function forgetsReceipts(host: ModuleHost): ModuleHost {
  const args = Buffer.alloc(16);
  args.writeBigInt64LE(2n ** 63n - 1n, 0);
  args.writeBigUInt64LE(2n ** 64n - 1n, 8);
  return {
    schema: host.schema,
    created: host.created,
    call: (reducer, given, caller) => {
      host.call('prune_receipts', args, caller);
      return host.call(reducer, given, caller);
    },
    durable: () => host.durable(),
    scan: (table, range) => host.scan(table, range),
    count: (table) => host.count(table),
    rest: () => host.rest(),
    close: () => host.close(),
  };
}
