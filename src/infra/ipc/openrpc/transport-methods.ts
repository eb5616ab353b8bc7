import { IsAnyListOf, IsAnyObject, IsMapOf, IsObject } from '../../../fields/collections.ts';
import {
  IsHex32,
  IsInteger,
  IsOptional,
  IsSeq,
  IsText,
  MayBeNull,
  type FieldsClass,
} from '../../../fields/fields.ts';
import { Nothing } from './method.ts';

class ProtocolRange {
  @IsInteger(0)
  min!: number;

  @IsInteger(0)
  max!: number;
}

class ServerName {
  @IsText()
  name!: string;

  @IsText()
  version!: string;
}

class HelloAnswer {
  @IsInteger(1)
  protocol!: number;

  @IsObject(ServerName)
  server!: ServerName;

  @IsText()
  instance_id!: string;

  @IsText()
  epoch!: string;

  @IsSeq()
  last_seq!: number;

  @IsMapOf(IsInteger(0))
  limits!: Record<string, number>;

  @IsHex32()
  nonce!: string;

  @IsHex32()
  proof!: string;
}

class Hello {
  static readonly answers = [HelloAnswer];

  @IsObject(ProtocolRange)
  protocol!: ProtocolRange;

  @IsOptional()
  @IsAnyObject()
  client?: object;

  @IsHex32()
  nonce!: string;
}

class Welcome {
  @MayBeNull()
  @IsHex32()
  identity!: string | null;

  @IsAnyListOf(IsText())
  features!: string[];
}

class Authenticate {
  static readonly answers = [Welcome];

  @IsHex32()
  proof!: string;
}

class Ping {
  static readonly answers = [Nothing];
}

/** What the transport answers without a controller. It checks these itself and ignores fields that it does not know. */
export const TRANSPORT_METHODS: readonly { name: string; summary: string; params: FieldsClass }[] = [
  {
    name: 'hello',
    summary: 'Opens the handshake; the answer proves that the service knows the token.',
    params: Hello,
  },
  {
    name: 'authenticate',
    summary: 'Ends the handshake by proving that the client knows the token.',
    params: Authenticate,
  },
  { name: 'ping', summary: 'Answers an empty object.', params: Ping },
];
