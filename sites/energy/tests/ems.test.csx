// The records, the status and the alerts of the energy gateway. Run with: plant test sites/energy
// Time stands still until a test lets it pass; it begins with the year 2026.

Test("a scan of the meter is one record", plant =>
{
    plant.Energy_Meter_01.Scan(Voltage_L1: 230.1f, Voltage_L2: 229.8f, Voltage_L3: 231, Current_L1: 12.5f);
    plant.Sinks.ems.ShouldBe(new
    {
        device_id = "Energy_Meter_01", timestamp = "2026-01-01T00:00:00Z",
        measurements = new
        {
            Voltage_L1 = new { value = 230.1, unit = "V", quality = "GOOD" },
            Voltage_L2 = new { value = 229.8, unit = "V", quality = "GOOD" },
            Voltage_L3 = new { value = 231, unit = "V", quality = "GOOD" },
            Current_L1 = new { value = 12.5, unit = "A", quality = "GOOD" },
        },
    });
});

Test("a scan of the analyzer is one record", plant =>
{
    plant.Power_Analyzer_01.Scan(Active_Power: -1200, Reactive_Power: 300, Power_Factor: 0.97f);
    plant.Sinks.ems.ShouldBe(new
    {
        device_id = "Power_Analyzer_01", timestamp = "2026-01-01T00:00:00Z",
        measurements = new
        {
            Active_Power = new { value = -1200, unit = "W", quality = "GOOD" },
            Reactive_Power = new { value = 300, unit = "var", quality = "GOOD" },
            Power_Factor = new { value = 0.97, unit = "", quality = "GOOD" },
        },
    });
});

Test("a value out of range is null, and an alert until it is within again", plant =>
{
    plant.Energy_Meter_01.Scan(Voltage_L1: 230, Voltage_L2: 230, Voltage_L3: 230, Current_L1: 101);
    plant.Sinks.ems.ShouldHave(new
    {
        measurements = new
        {
            Voltage_L1 = new { value = 230, quality = "GOOD" },
            Current_L1 = new { value = (double?)null, unit = "A", quality = "BAD_RANGE" },
        },
    });
    plant.Sinks.alerts.ShouldHave(new { kind = "Range", subject = "Energy_Meter_01", type = "ENERGY_METER", active = true, reason = "Current_L1" });

    plant.Energy_Meter_01.Scan();
    plant.Sinks.alerts.ShouldBeEmpty();                     // it lasts

    plant.Energy_Meter_01.Scan(Current_L1: 99);
    plant.Sinks.alerts.ShouldHave(new { kind = "Range", subject = "Energy_Meter_01", active = false });
});

Test("both meters are read once a minute", plant =>
{
    plant.Run(10.Minutes);
    plant.Sinks.ems.ShouldHaveCount(20);
});

Test("a meter that does not answer sends nothing, and holds up no other", plant =>
{
    plant.Power_Analyzer_01.Cut("no answer within 5 s");
    plant.Run(10.Minutes);
    Check(plant.Sinks.ems.Take().All(record => (string)record["device_id"] == "Energy_Meter_01"));
});

Test("a day without the service loses nothing", plant =>
{
    plant.Sinks.ems.Fail("connection refused");
    plant.Run(1.Days);
    plant.Sinks.ems.Waiting.ShouldHaveCount(2 * 24 * 60);

    plant.Sinks.ems.Heal();
    plant.Sinks.ems.ShouldHaveCount(2 * 24 * 60);
});

Test("the status has the four fields of the old gateway", plant =>
{
    plant.Run(2.Minutes);                                   // the second status comes with the second scan
    plant.Sinks.status.ShouldEndWith(new
    {
        total_devices = 2, active_devices = 2, data_points_collected = 7, last_collection = "2026-01-01T00:01:00Z",
    });
});

Test("lost and found devices are alerts", plant =>
{
    plant.Advance(1.Seconds);
    plant.Alert(AlertKind.Device, "Power_Analyzer_01", "no answer within 5 s");
    plant.AlertOver(AlertKind.Device, "Power_Analyzer_01");
    plant.Advance(1.Seconds);
    plant.Sinks.alerts.ShouldHave(
        new { kind = "Device", subject = "Power_Analyzer_01", active = true, reason = "no answer within 5 s" },
        new { kind = "Device", subject = "Power_Analyzer_01", active = false });
});
