/** The store outside the process that keeps its state, and whether it accepted writes when last checked. */
export interface StateStatus {
  readonly kind: 'redis' | 'file'
  isAvailable(): boolean
}
