export * from './kit/simulator.ts'
