// The part of `@opentelemetry/api` that is used, written down here so that nothing is imported from
// it: a program that does not use it need not install it.

/** What distinguishes a measurement from others. */
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

/** A `Meter` of `@opentelemetry/api`, as `metrics.getMeter('hawser')` returns it: the part that is used. */
export interface OpenTelemetryMeter {
  /** Make an instrument of values whose distribution matters. */
  createHistogram(
    name: string,
    options: OpenTelemetryInstrumentOptions,
  ): {
    /** Take one value in. */
    record(value: number, attributes: OpenTelemetryAttributes): void
  }
  /** Make an instrument of what only rises, notified when it does. */
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
  /** Stop asking. */
  removeBatchObservableCallback(
    callback: (result: OpenTelemetryResult) => void,
    observables: object[],
  ): void
}

/** Takes the values. */
export interface OpenTelemetryResult {
  /** One instrument's value. */
  observe(instrument: object, value: number, attributes: OpenTelemetryAttributes): void
}
