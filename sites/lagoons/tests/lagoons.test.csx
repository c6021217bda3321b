// Tests of the records of the lagoons. Run with: plant test sites/lagoons

Test("a change goes to the table with its time", plant =>
{
    plant.plant.Scan(north_level: 2.5, south_pump: true);
    plant.Sinks.history.ShouldHave(new { plant_id = 5, source = "opcua", tags = new { north_level = 2.5, south_pump = true } });
});

Test("nothing is stored while the server does not answer", plant =>
{
    plant.plant.Cut("the server does not answer any more");
    plant.Run(1.Minutes);
    plant.Sinks.history.ShouldBeEmpty();
});
