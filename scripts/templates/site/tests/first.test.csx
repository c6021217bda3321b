// `plant test` runs this without the machine: a test has simulated devices, and time passes only when it says so.
Test("every scan is a line", plant =>
{
    plant.machine.Scan(temperature: 21.5, pieces: 3, running: true);
    plant.Sinks.lines.ShouldHave(new { device = "machine", tags = new { temperature = 21.5, pieces = 3, running = true } });
});

Test("a temperature that cannot be is no value", plant =>
{
    plant.machine.Scan(temperature: 121);                   // site.toml says: -20 to 120 °C
    plant.Sinks.lines.ShouldHave(new { tags = new { temperature = (double?)null }, quality = new { temperature = "BAD_RANGE" } });
});
