// Tests of the requests to the prediction service and of the records of its answers. Run with: plant test sites/pumps
// Time stands still until a test lets it pass; it begins with the year 2026.

Test("twenty values of one instant are one request, and its answer is a record", plant =>
{
    plant.Load("recipes/pumps.csx");
    plant.Sinks.predict_a.Answer(request => new { nivel = request.GetProperty("valores").GetProperty("corriente_motor").GetDouble() / 10 });
    plant.pump_a.Scan(corriente_motor: 100, temp_bomba: 61.5);

    plant.Sinks.predict_a.ShouldHave(new
    {
        tiempo_sensor = "2026-01-01T00:00:00Z",
        valores = new { corriente_motor = 100, temp_bomba = 61.5, potencia_activa = 0 },
    });
    plant.Sinks.predictions.ShouldBe(new
    {
        tiempo = "2026-01-01T00:00:00Z", bomba = "A", valores = 20, estado = 200, prediccion = new { nivel = 10 },
    });
});

Test("pump A is asked with 15 of 20 after half a minute, and not with 14", plant =>
{
    plant.Load("recipes/pumps.csx");
    plant.Sinks.predict_a.Answer(request => new { nivel = 1 });
    string[] names = ["temp_bomba", "temp_motor", "vibracion_axial", "voltaje_barra", "presion_agua_mp", "potencia_activa"];
    foreach (var name in names.Take(5)) plant.pump_a.Set((name, Quality.BadDevice));
    plant.pump_a.Scan(corriente_motor: 100);
    plant.Sinks.predict_a.ShouldBeEmpty();
    plant.Advance(30.Seconds);
    plant.Sinks.predict_a.ShouldHaveCount(1);
    plant.Sinks.predictions.ShouldHave(new { bomba = "A", valores = 15 });

    plant.pump_a.Set((names[5], Quality.BadDevice));
    plant.pump_a.Scan(corriente_motor: 101);
    plant.ShouldFault("only 14 of at least 15", () => plant.Advance(30.Seconds));
    plant.Sinks.predict_a.ShouldBeEmpty();
});

Test("pump B is asked with 15 of 15 and not with 14", plant =>
{
    plant.Load("recipes/pumps.csx");
    plant.Sinks.predict_b.Answer(request => new { nivel = 2 });
    plant.pump_b.Scan(excentricidad_bomba: 12);
    plant.Sinks.predict_b.ShouldHave(new { valores = new { excentricidad_bomba = 12 } });
    plant.Sinks.predictions.ShouldHave(new { bomba = "B", valores = 15, prediccion = new { nivel = 2 } });

    plant.Advance(1.Seconds);
    plant.pump_b.Scan(excentricidad_bomba: Quality.BadDevice);
    plant.ShouldFault("only 14 of at least 15", () => plant.Advance(30.Seconds));
    plant.Sinks.predict_b.ShouldBeEmpty();
});

Test("an outage of the service loses nothing for ten minutes; later requests are dead letters", plant =>
{
    plant.Load("recipes/pumps.csx");
    plant.Sinks.predict_a.Answer(request => new { nivel = 1 });
    plant.Sinks.predict_a.Fail("503 for hours");
    plant.pump_a.Scan(corriente_motor: 1);
    plant.Advance(9.Minutes);
    plant.pump_a.Scan(corriente_motor: 2);
    plant.Advance(2.Minutes);
    plant.Sinks.predict_a.Heal();
    plant.Sinks.predict_a.DeadLetters.ShouldHave(new { valores = new { corriente_motor = 1 } });
    plant.Sinks.predictions.ShouldHave(new { tiempo = "2026-01-01T00:09:00Z" });
});

Test("values that fit no model are an answer, and an answer that is no JSON is named", plant =>
{
    plant.Load("recipes/pumps.csx");
    plant.Sinks.predict_b.Answer(request => new { detail = "no model" }, status: 422);
    plant.pump_b.Scan(voltaje_barra: 13.8);
    plant.Sinks.predictions.ShouldHave(new { estado = 422, prediccion = new { detail = "no model" } });

    plant.Advance(1.Seconds);
    plant.Sinks.predict_b.Answer(request => "<html>busy</html>");
    plant.ShouldFault("is not JSON", () => plant.pump_b.Scan(voltaje_barra: 13.9));
});

Test("each good value goes to the endpoint of its sensor", plant =>
{
    plant.Load("recipes/values.csx");
    plant.pump_a.Scan(corriente_motor: 100, temp_motor: Quality.BadDevice);
    var records = plant.Sinks.values_a.Take();
    Equal(19, records.Count);
    Equal("corriente_motor", (string)records[0]["sensor"]);
    Equal(100.0, (double)records[0]["valor"]);
    plant.pump_b.Scan();
    plant.Sinks.values_b.ShouldHaveCount(15);
});

Test("a reload while the service thinks loses no prediction", plant =>
{
    plant.Load("recipes/pumps.csx");
    plant.Sinks.predict_a.Answer(request => new { nivel = 1 }, after: 3.Seconds);
    plant.pump_a.Scan(corriente_motor: 1);
    plant.Reload("recipes/pumps.csx", text => text.Replace("\"A\"", "\"A2\""));
    plant.Advance(3.Seconds);
    plant.Sinks.predictions.ShouldHave(new { bomba = "A2" });
});
