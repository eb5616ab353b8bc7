const identityOf = (byte: string): string => `c200${byte.repeat(30)}`;

/** 64 hex digits each. */
export const USER = identityOf('a5');
export const DEPLOYER = identityOf('d0');
export const DATABASE = identityOf('db');
