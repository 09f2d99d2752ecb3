import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

const quickS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const longS = [...quickS, 120, 300]

/**
 * What is counted here. Labels have few values: configured accounts, our own routes, operations and words. An empty account
 * means that the request was for none.
 */
export function createInstruments (registry: Registry) {
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]): Counter<Label> => new Counter({ name, help, labelNames, registers })
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]): Gauge<Label> => new Gauge({ name, help, labelNames, registers })
  const histogram = <Label extends string>(name: string, help: string, buckets: number[], ...labelNames: Label[]): Histogram<Label> =>
    new Histogram({ name, help, buckets, labelNames, registers })
  return {
    requests: counter('hawser_requests_total', 'Requests of callers that were answered; status 499: the caller left before', 'method', 'route', 'status', 'account'),
    requestSeconds: histogram('hawser_request_duration_seconds', 'From the arrival of a request to its answer', longS, 'route', 'status_class'),
    problems: counter('hawser_problems_total', 'Problems answered, by the last part of their type', 'problem', 'account'),
    calls: counter('hawser_upstream_calls_total', 'Calls sent to providers, repeats and sign-ins included', 'account', 'endpoint', 'outcome'),
    callSeconds: histogram('hawser_upstream_call_duration_seconds', 'One attempt at a provider', quickS, 'account'),
    retries: counter('hawser_upstream_retries_total', 'Calls that repeated an earlier one', 'account'),
    wakes: counter('hawser_upstream_suspended_total', 'Answers of a suspended platform, after each of which it is tried again until it wakes', 'account'),
    logins: counter('hawser_token_logins_total', 'Calls that signed in, by what came of them; a sign-in takes one, or three for another user', 'account', 'outcome'),
    retriesRefused: counter('hawser_retry_budget_refusals_total', 'Repeats that were left out because the retry budget was spent', 'account'),
    cache: counter('hawser_cache_requests_total', 'Reads that a cache was asked for', 'account', 'result'),
    breaker: gauge('hawser_breaker_state', '1 for the state that the circuit breaker is in', 'account', 'state'),
    flushed: gauge('hawser_state_flushed', '1 while creates with an Idempotency-Key are refused, because Redis has lost keys and no operator has acknowledged it', 'account'),
    openOperations: gauge('hawser_operations_open', 'Operations that have not ended. With Redis every replica tells of all: take the maximum', 'account', 'state'),
    endedOperations: counter('hawser_operations_ended_total', 'Operations to which this replica gave the verdict', 'account', 'action', 'state'),
    begunOperations: counter('hawser_operations_begun_total', 'Operations that were written down before the provider was asked', 'account', 'action'),
    pollLag: histogram('hawser_poll_lag_seconds', 'How much later than due operations were looked at', quickS, 'account'),
    waits: histogram('hawser_limit_wait_seconds', 'Waiting for a free place under the limits of an account', quickS, 'account'),
    shed: counter('hawser_shed_total', 'Requests that were refused because of load', 'reason'),
    reloads: counter('hawser_config_reloads_total', 'Reloads of the configuration', 'outcome'),
    reloadedAt: gauge('hawser_config_last_reload_timestamp_seconds', 'When the configuration in force was read'),
    inFlight: gauge('hawser_requests_in_flight', 'Requests that are being answered'),
    auditFailures: counter('hawser_audit_failures_total', 'Audit lines that could not be written'),
    build: gauge('hawser_build_info', '1, with the version that runs', 'version'),
    /** Only where there is a Redis to speak of. */
    redisUp: (): Gauge => gauge('hawser_redis_up', '1 while Redis is there')
  }
}

export type Instruments = ReturnType<typeof createInstruments>
