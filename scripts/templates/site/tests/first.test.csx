// `plant test` runs these tests with simulated devices; only the test advances the time.
Test("every scan is a line", plant =>
{
    plant.machine.Scan(temperature: 21.5, pieces: 3, running: true);
    plant.Sinks.lines.ShouldHave(new { device = "machine", tags = new { temperature = 21.5, pieces = 3, running = true } });
});

Test("a temperature outside its range has no value", plant =>
{
    plant.machine.Scan(temperature: 121);                   // range in site.toml: -20 to 120 °C
    plant.Sinks.lines.ShouldHave(new { tags = new { temperature = (double?)null }, quality = new { temperature = "BAD_RANGE" } });
});
