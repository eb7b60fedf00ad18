/**
 * A live heap of about 60 MiB, as a service has one. V8 lets memory outside its heap grow with the heap
 * before it collects everything: a process that has nothing but its connections collects all the time
 * when each read takes a buffer of 64 KiB, and what is measured is the collector.
 */
export function holdHeap(): void {
  const records = Array.from({ length: 400_000 }, (_, index) => ({
    index,
    name: `record ${index}`,
    tags: [index],
  }))
  setInterval(() => records[0], 60_000).unref()
}
