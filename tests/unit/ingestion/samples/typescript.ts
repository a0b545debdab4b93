import type { Request } from "./http";

/** Anything that can be closed. */
export interface Closable {
  close(): Promise<void>;
}

export type Handler = (request: Request) => Promise<Response>;

export enum Level {
  Debug,
  Error,
}

/** Keeps sockets open between requests. */
export abstract class Pool<T extends Closable> implements Closable {
  private idle: T[] = [];

  constructor(private readonly size: number) {}

  /** Take an idle connection. */
  @logged()
  async acquire(timeout: number): Promise<T> {
    return this.idle.pop() ?? (await this.open(timeout));
  }

  protected abstract open(timeout: number): Promise<T>;

  async close(): Promise<void> {
    await Promise.all(this.idle.map((one) => one.close()));
  }
}

namespace Routes {
  // Matches a path.
  export function match(path: string): Handler | undefined {
    return table.get(path);
  }
}
