// What is used of `@opentelemetry/api`, written down here so that nothing is imported from it, and
// nobody has to install it who does not use it.

/** What a measurement is told apart by. */
export type OpenTelemetryAttributes = Readonly<Record<string, string>>

/** How an instrument is described. */
export interface OpenTelemetryInstrumentOptions {
  /** What it measures. */
  description: string
  /** In what, in the notation of UCUM. */
  unit: string
  /** Where a histogram's buckets should end. */
  advice?: {
    /** Upper bounds, rising. */
    explicitBucketBoundaries: number[]
  }
}

/** A `Meter` of `@opentelemetry/api`, as `metrics.getMeter('hawser')` answers it: the part that is used. */
export interface OpenTelemetryMeter {
  /** Make an instrument of values whose distribution matters. */
  createHistogram(
    name: string,
    options: OpenTelemetryInstrumentOptions,
  ): {
    /** Take one value in. */
    record(value: number, attributes: OpenTelemetryAttributes): void
  }
  /** Make an instrument of what only rises, told when it does. */
  createCounter(
    name: string,
    options: OpenTelemetryInstrumentOptions,
  ): {
    /** Count so many more. */
    add(value: number, attributes: OpenTelemetryAttributes): void
  }
  /** Make an instrument of what only rises, asked once a collection. */
  createObservableCounter(name: string, options: OpenTelemetryInstrumentOptions): object
  /** Make an instrument of what rises and falls and can be summed, asked once a collection. */
  createObservableUpDownCounter(name: string, options: OpenTelemetryInstrumentOptions): object
  /** Make an instrument of what cannot be summed, asked once a collection. */
  createObservableGauge(name: string, options: OpenTelemetryInstrumentOptions): object
  /** Ask for the values of several instruments at once. */
  addBatchObservableCallback(
    callback: (result: OpenTelemetryResult) => void,
    observables: object[],
  ): void
  /** Ask no more. */
  removeBatchObservableCallback(
    callback: (result: OpenTelemetryResult) => void,
    observables: object[],
  ): void
}

/** Takes what was asked for. */
export interface OpenTelemetryResult {
  /** One instrument's value. */
  observe(instrument: object, value: number, attributes: OpenTelemetryAttributes): void
}
