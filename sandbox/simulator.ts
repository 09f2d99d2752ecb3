// The kit under the name that the simulator of OneCloud and its tests still import.
export * from './kit/simulator.ts'
