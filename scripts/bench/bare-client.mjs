/** The bare SDK as a program would use it: generated bindings, the connection's subscriptions, nothing of ours in between. */
import { randomUUID } from 'node:crypto';
import { Timestamp } from '@clockworklabs/spacetimedb-sdk';
import { DbConnection } from '../../dist/infra/database/bindings/index.js';
import { OWNER_TABLES } from '../../dist/infra/database/connection/remote-module.js';
import { REPLACEMENT, serve, triggers } from './load.mjs';

const { uri, database, token } = JSON.parse(process.env.BENCH_TARGET);
const waiting = new Map();

const connection = await new Promise((resolve, reject) => {
  DbConnection.builder()
    .withUri(uri)
    .withModuleName(database)
    .withToken(token)
    .withCompression('none')
    .onConnect(resolve)
    .onConnectError((_context, error) => reject(error))
    .build();
});
const owner = connection.identity.toHexString();
await new Promise((resolve, reject) => {
  connection
    .subscriptionBuilder()
    .onApplied(resolve)
    .onError((_context, error) => reject(error))
    .subscribe(OWNER_TABLES.map((table) => `SELECT * FROM ${table} WHERE owner_identity = 0x${owner}`));
});

// The effect is there when the row is; a refusal only comes to the reducer's callback.
connection.db.dictionaryEntries.onInsert((_context, row) => settle(row.trigger));
connection.reducers.onAddDictionaryEntry(({ event }, _commandId, _issuedAt, entry) => {
  if (event.status.tag !== 'Committed') settle(entry.trigger, new Error(String(event.status.value)));
});

function settle(trigger, error) {
  const call = waiting.get(trigger);
  waiting.delete(trigger);
  if (error) call?.reject(error);
  else call?.resolve();
}

const nextTrigger = triggers('bare');

function addEntry() {
  const trigger = nextTrigger();
  return new Promise((resolve, reject) => {
    waiting.set(trigger, { resolve, reject });
    connection.reducers.addDictionaryEntry(randomUUID(), Timestamp.now(), {
      trigger,
      replacement: REPLACEMENT,
      enabled: true,
      suffix: undefined,
      disableSuffix: false,
      autoEnter: false,
      completeMatchOnly: false,
    });
  });
}

serve({ add: addEntry });
