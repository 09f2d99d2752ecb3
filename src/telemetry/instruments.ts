import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { createTally, type Tally } from './tally.ts'

const quickS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const longS = [...quickS, 120, 300]

const makersFor = (registry: Registry) => {
  const registers = [registry]
  return {
    tally: (name: string, help: string, ...labelNames: string[]): Tally => createTally({ name, help, labelNames, registers }),
    counter: <Label extends string>(name: string, help: string, ...labelNames: Label[]): Counter<Label> =>
      new Counter({ name, help, labelNames, registers }),
    gauge: <Label extends string>(name: string, help: string, ...labelNames: Label[]): Gauge<Label> =>
      new Gauge({ name, help, labelNames, registers }),
    histogram: <Label extends string>(name: string, help: string, buckets: number[], ...labelNames: Label[]): Histogram<Label> =>
      new Histogram({ name, help, buckets, labelNames, registers })
  }
}

/**
 * The metrics. Labels have few values: configured accounts, the gateway's own routes, verbs and closed lists. An empty account means that
 * the request concerned none.
 */
export function createInstruments (registry: Registry) {
  const { tally, counter, gauge, histogram } = makersFor(registry)
  return {
    requests: tally('hawser_requests_total', 'HTTP requests answered; status 499 means that the caller disconnected first',
      'method', 'route', 'status', 'account'),
    requestSeconds: histogram('hawser_request_duration_seconds', 'Time from the arrival of a request to its response',
      longS, 'route', 'status_class'),
    problems: counter('hawser_problems_total', 'Problem responses, by the last part of their type', 'problem', 'account'),
    calls: tally('hawser_upstream_calls_total', 'Calls sent to providers, including retries and sign-ins',
      'account', 'endpoint', 'outcome'),
    callSeconds: histogram('hawser_upstream_call_duration_seconds', 'Duration of one attempt to call a provider', quickS, 'account'),
    retries: counter('hawser_upstream_retries_total', 'Calls that were retries of an earlier one', 'account'),
    wakes: counter('hawser_upstream_suspended_total', 'Responses of a suspended platform; each is retried until the platform wakes',
      'account'),
    logins: counter('hawser_token_logins_total', 'Sign-in calls by outcome; a sign-in takes one call, or three on behalf of another user',
      'account', 'outcome'),
    retriesRefused: counter('hawser_retry_budget_refusals_total', 'Retries that were skipped because the retry budget was exhausted',
      'account'),
    cache: tally('hawser_cache_requests_total', 'Cache lookups of reads', 'account', 'result'),
    breaker: gauge('hawser_breaker_state', '1 for the current state of the circuit breaker, 0 for the others', 'account', 'state'),
    flushed: gauge(
      'hawser_state_flushed',
      '1 while creates with an Idempotency-Key are refused, because keys were lost and no operator has acknowledged it',
      'account'
    ),
    openOperations: gauge(
      'hawser_operations_open', 'Operations that have not ended. With Redis every replica reports all of them: take the maximum',
      'account', 'state'
    ),
    endedOperations: counter('hawser_operations_ended_total', 'Operations whose verdict this replica gave', 'account', 'action', 'state'),
    begunOperations: counter('hawser_operations_begun_total', 'Operations recorded before the provider was called', 'account', 'action'),
    pollLag: histogram('hawser_poll_lag_seconds', 'Delay of polls of operations after they were due', quickS, 'account'),
    waits: histogram('hawser_limit_wait_seconds', 'Time spent waiting for the limits of an account', quickS, 'account'),
    shed: counter('hawser_shed_total', 'Requests refused because of overload', 'reason'),
    reloads: counter('hawser_config_reloads_total', 'Reloads of the configuration', 'outcome'),
    reloadedAt: gauge('hawser_config_last_reload_timestamp_seconds', 'Time at which the current configuration was read'),
    inFlight: gauge('hawser_requests_in_flight', 'Requests in flight'),
    auditFailures: counter('hawser_audit_failures_total', 'Audit lines that could not be written'),
    keyExpiry: gauge('hawser_key_expires_in_seconds', 'Seconds until an API key with expires_at expires; negative afterwards', 'key'),
    build: gauge('hawser_build_info', 'Always 1, with the running version as a label', 'version'),
    /** Only the one that is configured is created. */
    stateUp: {
      file: (): Gauge => gauge('hawser_state_file_up', '1 while the state file accepts writes'),
      redis: (): Gauge => gauge('hawser_redis_up', '1 while Redis is available')
    }
  }
}

export type Instruments = ReturnType<typeof createInstruments>
