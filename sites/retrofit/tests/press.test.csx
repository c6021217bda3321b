// What leaves the press for the broker and for the laboratory. Run with: plant test sites/retrofit
// Time stands still until a test lets it pass; it begins with the year 2026.

Test("a scan becomes one message", plant =>
{
    plant.press.Scan(maquina_ligada: true, pecas_boas: true, AI_Corrente: 12.5, AI_Vibracao: 3.2, contador_bom: 1204);

    plant.Sinks.broker.ShouldBe(new
    {
        ts = 1767225600, ip = "192.168.0.121", db = 1, tenant_id = "clienteA", plc_id = "linha1_prensa",
        values = new
        {
            pecas_ruim = 0, pecas_boas = true, maquina_ligada = true, AI_Corrente = 12.5, AI_Vibracao = 3.2, contador_bom = 1204, contador_ruim = 0,
        },
    });
});

Test("a vibration that the sensor cannot measure is no value", plant =>
{
    plant.press.Scan(AI_Vibracao: 25);                      // tags that are not named keep what they had
    plant.press.Scan(AI_Vibracao: 25.1);

    plant.Sinks.broker.ShouldHave(
        new { values = new { AI_Vibracao = 25 } },          // fields that are not named are not looked at
        new { values = new { AI_Vibracao = (double?)null } });
});

Test("the times are seconds with their fraction", plant =>
{
    plant.Advance(123.Milliseconds);
    plant.press.Scan();
    plant.Sinks.broker.ShouldHave(new { ts = 1767225600.123 });
});

Test("a heartbeat every 30 s, whatever else is sent", plant =>
{
    plant.Run(61.Seconds);
    Equal(2, plant.Sinks.broker.Take().Count(message => message["values"]["heartbeat"] != null));
});

Test("a press that does not answer is a timeout", plant =>
{
    plant.press.Cut("no answer within 3 s");
    plant.Run(1.Seconds);
    plant.Sinks.broker.ShouldBe(new
    {
        ts = 1767225601, ip = "192.168.0.121", db = 1, tenant_id = "clienteA", plc_id = "linha1_prensa",
        values = new { heartbeat = 1, read_failed = true }, error = "timeout",
    });
});

Test("the scan that fails sends a heartbeat that says why, and then every 30 s", plant =>
{
    plant.Run(1.Seconds);
    plant.Sinks.broker.ShouldHaveCount(1);                  // each look takes what came; the next one sees what came since

    plant.press.Cut("cable pulled");
    plant.Run(1.Seconds);                                   // scans once a second, as site.toml says
    plant.Sinks.broker.ShouldBe(new
    {
        ts = 1767225602, ip = "192.168.0.121", db = 1, tenant_id = "clienteA", plc_id = "linha1_prensa",
        values = new { heartbeat = 1, read_failed = true }, error = "cable pulled",
    });

    plant.Run(30.Seconds);
    plant.Sinks.broker.ShouldHave(
        new { ts = 1767225630, values = new { heartbeat = 1 } },
        new { ts = 1767225632, values = new { heartbeat = 1, read_failed = true }, error = "cable pulled" });

    plant.press.Heal();
    plant.Run(1.Seconds);
    plant.Sinks.broker.ShouldHave(new { ts = 1767225633, values = new { AI_Corrente = 0 } });
});

Test("an hour without the broker loses nothing", plant =>
{
    plant.Sinks.broker.Fail("no route to the host");
    plant.Run(1.Hours, t => plant.press.Set(contador_bom: (int)t.TotalSeconds));
    plant.Sinks.broker.ShouldBeEmpty();
    plant.Sinks.broker.Waiting.ShouldHaveCount(3600 + 120);  // and a heartbeat every 30 s

    plant.Sinks.broker.Heal();
    plant.Sinks.broker.ShouldHaveCount(3600 + 120);
});

Test("the laboratory gets the same bytes, and a watchdog", plant =>
{
    var press = plant.press.Block("DB1");
    var lab = plant.lab.Block("DB1");
    press.Set(2, DataType.Real, 12.5);
    press.Set(10, DataType.Int, 1204);

    plant.Advance(100.Milliseconds);
    lab.ShouldHave(0, 0, 0, 0x41, 0x48, 0, 0, 0, 0, 0, 0, 0x04, 0xB4, 0, 0, 1);

    plant.press.Cut();
    press.Set(10, DataType.Int, 1205);
    plant.Advance(1.Seconds);
    lab.ShouldHave(10, 0x04, 0xB4, 0, 0, 0);                // the bytes stay; the watchdog is 0

    plant.press.Heal();
    plant.Advance(100.Milliseconds);
    lab.ShouldHave(10, 0x04, 0xB5, 0, 0, 2);
});
