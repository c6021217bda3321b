// A point a minute of each field, from processo_raw to processo. Each run writes the last hour again, because a gateway delivers late what
// waited while the broker was away; the points are the same ones, so that writing them again changes nothing.
import "date"

option task = {name: "processo_1m", every: 1m, offset: 10s}

// Whole minutes: part of one would replace its mean.
points =
    from(bucket: "processo_raw")
        |> range(start: date.truncate(t: -1h, unit: 1m), stop: date.truncate(t: now(), unit: 1m))
        |> filter(fn: (r) => r._measurement == "s7_db1")

points
    |> filter(fn: (r) => r._field == "AI_Corrente" or r._field == "AI_Vibracao")
    |> aggregateWindow(every: 1m, fn: mean, createEmpty: false)
    |> to(bucket: "processo")
    |> yield(name: "means")

points
    |> filter(fn: (r) => r._field == "AI_Vibracao")
    |> aggregateWindow(every: 1m, fn: max, createEmpty: false)
    |> set(key: "_field", value: "AI_Vibracao_max")
    |> to(bucket: "processo")
    |> yield(name: "maxima")

points
    |> filter(fn: (r) => r._field == "contador_bom" or r._field == "contador_ruim")
    |> aggregateWindow(every: 1m, fn: last, createEmpty: false)
    |> to(bucket: "processo")
    |> yield(name: "counters")

points
    |> filter(
        fn: (r) =>
            r._field == "maquina_ligada" or r._field == "pecas_boas" or r._field == "pecas_ruim" or r._field == "read_failed",
    )
    |> aggregateWindow(every: 1m, fn: last, createEmpty: false)
    |> to(bucket: "processo")
    |> yield(name: "states")

points
    |> filter(fn: (r) => r._field == "heartbeat")
    |> aggregateWindow(every: 1m, fn: sum, createEmpty: false)
    |> to(bucket: "processo")
    |> yield(name: "heartbeats")

points
    |> filter(fn: (r) => r._field == "error")
    |> aggregateWindow(every: 1m, fn: last, createEmpty: false)
    |> to(bucket: "processo")
    |> yield(name: "errors")
