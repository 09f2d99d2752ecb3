/** A place outside the process that keeps its state, and whether it accepts writes, as last seen. */
export interface StateStatus {
  readonly kind: 'redis' | 'file'
  isAvailable(): boolean
}
