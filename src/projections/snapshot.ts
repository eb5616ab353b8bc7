/** Some of a projection's content, which may be parsed only when it is first read. */
export interface RowPage<Row = unknown> {
  readonly count: number;
  /** The same rows each time, `count` of them. */
  rows(): readonly Row[];
}

/** All read models at one moment. */
interface Moment<Content> {
  epoch: string;
  seq: number;
  /** By projection: its content, in order. */
  contents: Readonly<Record<string, Content>>;
}

/** What is saved. */
export type CapturedModels = Moment<readonly unknown[]>;

/** What was saved, as a later run of the service takes it up. */
export interface Snapshot extends Moment<readonly RowPage[]> {
  /** Settles when every page has been read, and never rejects. */
  loaded: Promise<void>;
}
