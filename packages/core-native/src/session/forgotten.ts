type Stream<T, R> = AsyncGenerator<T, R, void>

const forgotten = new FinalizationRegistry<Stream<unknown, unknown>>((stream) => {
  stream.return(undefined).catch(() => undefined)
})

/** Hands everything on. Nothing refers to it but whoever reads it. */
class Watched<T, R> implements AsyncGenerator<T, R, void> {
  readonly #stream: Stream<T, R>

  constructor(stream: Stream<T, R>) {
    this.#stream = stream
  }

  next(): Promise<IteratorResult<T, R>> {
    return this.#stream.next()
  }

  return(value: R | PromiseLike<R>): Promise<IteratorResult<T, R>> {
    return this.#stream.return(value)
  }

  throw(error: unknown): Promise<IteratorResult<T, R>> {
    return this.#stream.throw(error)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stream.return(undefined as R)
  }
}

/** `stream`, which ends what it has begun even where its reader drops it without `return()`: once it is collected. */
export function endWhenForgotten<T, R>(stream: AsyncGenerator<T, R, void>): AsyncGenerator<T, R, void> {
  const watched = new Watched(stream)
  forgotten.register(watched, stream)
  return watched
}
