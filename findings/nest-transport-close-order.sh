#!/usr/bin/env bash
# @nestjs/core 12.5.1 and @nestjs/microservices 12.1.1: a custom transport strategy is closed at opposite ends of the shutdown.
# In an application made by NestFactory.createMicroservice() Nest calls the strategy's close() first, before any
# onModuleDestroy hook; in a hybrid application (connectMicroservice()) it calls it after onModuleDestroy and
# beforeApplicationShutdown, before onApplicationShutdown. A strategy that closes its sockets in close() can therefore
# deliver what providers publish while they finish their work in the second case only. What holds in both: close in a
# beforeApplicationShutdown hook of one's own, and let close() do nothing.
# Also (@nestjs/cqrs 12.0.0): the event bus unsubscribes its handlers in onModuleDestroy, so that nothing published from
# beforeApplicationShutdown on is handled.
# Fails when one of these orders changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"type":"module","private":true}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts @nestjs/common@12.5.1 @nestjs/core@12.5.1 \
  @nestjs/microservices@12.1.1 @nestjs/platform-express@12.5.1 @nestjs/cqrs@12.0.0 reflect-metadata@0.2.2 rxjs@7.8.2
cat >order.mjs <<'JS'
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CqrsModule, EventBus, EventsHandler } from '@nestjs/cqrs';
import { Server } from '@nestjs/microservices';

let order = [];

class Transport extends Server {
  listen(callback) {
    callback();
  }
  close() {
    order.push('strategy.close');
  }
}

class Happened {
  constructor(when) {
    this.when = when;
  }
}
class Handler {
  handle({ when }) {
    order.push(`handled from ${when}`);
  }
}
EventsHandler(Happened)(Handler);

class Worker {
  constructor(events) {
    this.events = events;
  }
  onModuleDestroy() {
    order.push('onModuleDestroy');
    this.events.publish(new Happened('onModuleDestroy'));
  }
  beforeApplicationShutdown() {
    order.push('beforeApplicationShutdown');
    this.events.publish(new Happened('beforeApplicationShutdown'));
  }
  onApplicationShutdown() {
    order.push('onApplicationShutdown');
  }
}

class App {}
const worker = { provide: Worker, useFactory: (events) => new Worker(events), inject: [EventBus] };
Module({ imports: [CqrsModule.forRoot()], providers: [worker, Handler] })(App);

const alone = await NestFactory.createMicroservice(App, { strategy: new Transport(), logger: false });
await alone.listen();
await alone.close();
console.log(`createMicroservice:  ${order.join(', ')}`);

order = [];
const hybrid = await NestFactory.create(App, { logger: false });
hybrid.connectMicroservice({ strategy: new Transport() });
await hybrid.startAllMicroservices();
await hybrid.init();
await hybrid.close();
console.log(`connectMicroservice: ${order.join(', ')}`);
JS
said=$(node order.mjs)
echo "$said"
hooks='onModuleDestroy, handled from onModuleDestroy, beforeApplicationShutdown'
expected="createMicroservice:  strategy.close, $hooks, onApplicationShutdown
connectMicroservice: $hooks, strategy.close, onApplicationShutdown"
[ "$said" = "$expected" ] || { echo "it behaves otherwise now" >&2; exit 1; }
