import { ConsoleLogger, Controller, Module, type Type } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Command, CommandHandler, CqrsModule, Query, QueryHandler } from '@nestjs/cqrs';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { OneHandlerPerMessage } from '../../../src/commands/one-handler-per-message.ts';

class Rename extends Command<void> {}
class Count extends Query<number> {}

class Answers {
  execute() {
    return Promise.resolve();
  }
}

@CommandHandler(Rename)
class RenameHandler extends Answers {}

@CommandHandler(Rename)
class OtherRenameHandler extends Answers {}

@QueryHandler(Count)
class CountHandler extends Answers {}

@QueryHandler(Count)
class OtherCountHandler extends Answers {}

@Controller()
class Methods {
  @MessagePattern('rename')
  rename(@Payload() command: Rename) {
    return command;
  }

  @MessagePattern('count')
  count(@Payload() query: Count) {
    return query;
  }
}

async function start(...providers: Type[]): Promise<void> {
  @Module({
    imports: [CqrsModule.forRoot(), DiscoveryModule],
    controllers: [Methods],
    providers: [OneHandlerPerMessage, ...providers],
  })
  class Service {}
  const module = await Test.createTestingModule({ imports: [Service] })
    .setLogger(new ConsoleLogger({ logLevels: [] }))
    .compile();
  await module.init();
  await module.close();
}

const refused = (sentence: RegExp) => ({
  code: 'INTERNAL',
  message: expect.stringMatching(sentence) as string,
});

it('CM1 one handler for each message starts', async () => {
  await expect(start(RenameHandler, CountHandler)).resolves.toBeUndefined();
});

it.each<[string, Type[], RegExp]>([
  [
    'two for a command',
    [RenameHandler, OtherRenameHandler, CountHandler],
    /Rename has RenameHandler and OtherRename/,
  ],
  [
    'two for a query',
    [RenameHandler, OtherCountHandler, CountHandler],
    /Count has OtherCountHandler and CountHandler/,
  ],
  ['none for a command that a controller takes', [CountHandler], /Rename has none/],
  ['none for a query that a controller takes', [RenameHandler], /Count has none/],
  ['none at all', [], /Rename has none; Count has none/],
])('CM1 %s does not', async (_, providers, sentence) => {
  await expect(start(...providers)).rejects.toMatchObject(refused(sentence));
});
