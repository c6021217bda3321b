Test("the energy of an hour is exact when the counter overflows and when the meter is reset", plant =>
{
    plant.Load("recipes/energy.csx");
    plant.meter.Scan(energy: 6553.4);
    plant.Advance(20.Minutes);
    plant.meter.Scan(energy: 0.1);                          // 6553.5, 0.0, 0.1
    plant.Advance(20.Minutes);
    plant.meter.Scan(energy: 100.3);
    plant.Advance(20.Minutes);
    plant.meter.Scan(energy: 0.2);                          // reset: it has counted 0.2 kWh since
    plant.meter.Scan(energy: 0.7);
    plant.Advance(1.Hours);
    plant.Sinks.energy.ShouldBe(
        new { hour = "2026-01-01T00:00:00Z", kwh = 100.5, quality = "GOOD" },
        new { hour = "2026-01-01T01:00:00Z", kwh = 0.7, quality = "GOOD" });
});

Test("a tenth of a kilowatt-hour every second is 360 kWh an hour, over a reload", plant =>
{
    plant.Load("recipes/energy.csx");
    var count = 0;
    plant.Run(90.Minutes, t => plant.meter.Set(energy: Math.Round(count++ * 0.1 % 6553.6, 1)));
    Equal("carried=2", plant.Reload("recipes/energy.csx", text => text.Replace("hour = scan.Time", "start = scan.Time")));
    plant.Run(90.Minutes, t => plant.meter.Set(energy: Math.Round(count++ * 0.1 % 6553.6, 1)));
    var hours = plant.Sinks.energy.Take();
    Equal(3, hours.Count);
    Equal(359.8, (double)hours[0]["kwh"]);                  // the first scan has no increase
    Equal(360.0, (double)hours[1]["kwh"]);
    Equal(360.0, (double)hours[2]["kwh"]);
});

Test("without the meter there is no energy, and the reason", plant =>
{
    plant.Load("recipes/energy.csx");
    plant.meter.Cut("no answer within 3 s");
    plant.Run(61.Minutes);
    plant.Sinks.energy.ShouldHave(new { kwh = (double?)null, quality = "BAD_COMM" });
});
