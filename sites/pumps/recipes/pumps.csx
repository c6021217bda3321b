// Values of one instant are asked for together: pump A with 15 or more of 20, pump B with 15 of 15. A group that stays smaller is dropped after
// half a minute, counted and logged. A prediction that comes ten minutes late is of no use: such a request becomes a dead letter.
Plant.pump_a.Scans.GroupByTime(expect: 20, within: 30.Seconds, atLeast: 15)
    .Payload(group => new { tiempo_sensor = group.Time, valores = group.Values })
    .Ask(Sinks.predict_a, maxAge: 10.Minutes)
    .Payload(answer => Prediction("A", answer)).To(Sinks.predictions);

Plant.pump_b.Scans.GroupByTime(expect: 15, within: 30.Seconds)
    .Payload(group => new { tiempo_sensor = group.Time, valores = group.Values })
    .Ask(Sinks.predict_b, maxAge: 10.Minutes)
    .Payload(answer => Prediction("B", answer)).To(Sinks.predictions);

object Prediction(string pump, Answer answer) => new
{
    tiempo = answer.Time,
    bomba = pump,
    valores = answer.Request.GetProperty("valores").EnumerateObject().Count(),
    estado = answer.Status,
    prediccion = answer.Json,
};
