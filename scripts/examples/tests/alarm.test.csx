Test("an alarm starts after 30 s above 850 °C and ends at 840 °C, with one id over a restart", plant =>
{
    plant.Load("recipes/alarm.csx");
    plant.furnace.Set(temperature: 850.1);
    plant.Run(20.Seconds);
    plant.furnace.Scan(temperature: 849.9);                 // too short
    plant.furnace.Set(temperature: 860);
    plant.Run(29.Seconds);
    plant.Sinks.alarms.ShouldBeEmpty();

    plant.Run(2.Seconds);
    plant.Restart();
    plant.furnace.Scan(temperature: 841);                   // hysteresis
    plant.Run(9.Seconds);
    plant.furnace.Scan(temperature: 840);
    var alarms = plant.Sinks.alarms.Take();
    Equal(2, alarms.Count);
    Equal((string)alarms[0]["id"], (string)alarms[1]["id"]);
    Equal(16, ((string)alarms[0]["id"]).Length);
    Check((bool)alarms[0]["active"] && !(bool)alarms[1]["active"]);
    Equal(30.0, (double)alarms[0]["duration"]);
    Equal((string)alarms[0]["start"], (string)alarms[1]["start"]);
    Equal(840.0, (double)alarms[1]["value"]);
});

Test("a furnace that does not answer neither starts nor ends an alarm", plant =>
{
    plant.Load("recipes/alarm.csx");
    plant.furnace.Set(temperature: 900);
    plant.Run(35.Seconds);
    plant.Sinks.alarms.ShouldHave(new { tag = "temperature", active = true });
    plant.furnace.Cut("no answer within 3 s");
    plant.Run(1.Hours);
    plant.Sinks.alarms.ShouldBeEmpty();
});
