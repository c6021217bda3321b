// Tests of the records and events of the lagoons. Run with: plant test sites/lagoons

Test("a change of the server goes to the table with its time", plant =>
{
    plant.plant.Scan(north_level: 2.5, south_pump: true);
    plant.Sinks.history.ShouldHave(new { plant_id = 5, source = "opcua", tags = new { north_level = 2.5, south_pump = true } });
});

Test("nothing is stored while neither the server nor a controller answers", plant =>
{
    plant.plant.Cut("the server does not answer any more");
    plant.lagoon_1.Cut("no answer within 3 s");
    plant.lagoon_2.Cut("no answer within 3 s");
    plant.lagoon_3.Cut("no answer within 3 s");
    plant.Run(1.Minutes);
    plant.Sinks.history.ShouldBeEmpty();
});

Test("each controller has records of its own", plant =>
{
    plant.lagoon_1.Scan(level: 2.5, chlorine: 0.62);
    plant.lagoon_3.Scan(level: 4.5);
    plant.Sinks.history.ShouldHave(
        new { plant_id = 5, source = "rockwell", plc = "lagoon_1", tags = new { level = 2.5, chlorine = 0.62 } },
        new { plant_id = 5, source = "rockwell", plc = "lagoon_3", tags = new { level = (double?)null } });
});

Test("one controller goes on while all else is dead", plant =>
{
    plant.plant.Cut("the server does not answer any more");
    plant.lagoon_2.Cut("no answer within 3 s");
    plant.lagoon_3.Cut("no answer within 3 s");
    plant.Run(3.Seconds);
    plant.Sinks.history.ShouldHave(new { plc = "lagoon_1" }, new { plc = "lagoon_1" }, new { plc = "lagoon_1" });
});

Test("TRUE opens an event and FALSE closes it", plant =>
{
    plant.lagoon_1.Scan(valve_drain: true);
    plant.Sinks.events.ShouldHave(new { device = "lagoon_1", tag = "valve_drain", end = (string)null, duration = (double?)null });
    plant.Advance(90.Seconds);
    plant.lagoon_1.Scan(valve_drain: false);
    plant.Sinks.events.ShouldHave(new { device = "lagoon_1", tag = "valve_drain", duration = 90 });
});

Test("the same valve of two lagoons has events of its own, and a cut closes none", plant =>
{
    plant.lagoon_1.Scan(valve_intake: true);
    plant.lagoon_2.Scan(valve_intake: true);
    plant.lagoon_1.Cut("no answer within 3 s");
    plant.Advance(10.Seconds);
    plant.lagoon_2.Scan(valve_intake: false);
    plant.Sinks.events.ShouldHave(
        new { device = "lagoon_1", tag = "valve_intake", end = (string)null },
        new { device = "lagoon_2", tag = "valve_intake", end = (string)null },
        new { device = "lagoon_2", tag = "valve_intake", duration = 10 });
});

Test("a pump of the Siemens side has events too", plant =>
{
    plant.plant.Scan(north_pump: true);
    plant.Advance(5.Seconds);
    plant.plant.Scan(north_pump: false);
    plant.Sinks.events.ShouldHave(
        new { device = "plant", tag = "north_pump", end = (string)null }, new { device = "plant", tag = "north_pump", duration = 5 });
});
