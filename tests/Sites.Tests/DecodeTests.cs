using System.Text.Json;
using PlantRuntime.Sites.Tests.Testing;

namespace PlantRuntime.Sites.Tests;

[Trait("Needs", "Server")]
public class DecodeTests
{
    [SkippableFact]
    public async Task A_recipe_takes_a_block_apart_and_goes_on_after_it_was_saved_again()
    {
        var press = new PressValues(true, false, true, 12.5f, 3.25f, 1204, -3);
        await using var plc = await Plc.StartAsync(500, press.ToBytes());
        using var site = new SiteFolder($"""
            [site]
            name = "test"

            [devices.press]
            driver = "s7"
            host   = "127.0.0.1"
            port   = {plc.Port}

            [sinks.lines]
            sink = "jsonl"
            path = "data/lines.jsonl"
            """);
        site.Write("recipes/press.csx", """
            Plant.press.Block("DB500", bytes: 14)
                .Decode(every: 50.Milliseconds,
                    new("maquina_ligada", 0, DataType.Bool), new("pecas_boas", 0, DataType.Bool, bit: 1), new("pecas_ruim", 0, DataType.Bool, 2),
                    new("AI_Corrente", 2, DataType.Real, unit: "A"), new("AI_Vibracao", 6, DataType.Real), new("contador_bom", 10, DataType.Int), new("contador_ruim", 12, DataType.Int))
                .Payload(scan => new { version = 1, failure = scan.Failure, values = scan.Values })
                .To(Sinks.lines);
            """);
        await using var plant = PlantProcess.Start("run", site.Path);
        await WhenAsync(line => line.GetProperty("failure").ValueKind == JsonValueKind.Null
            && PressValues.From(line.GetProperty("values")) == press);

        site.Replace("recipes/press.csx", "version = 1", "version = 2");
        await WhenAsync(line => line.GetProperty("version").GetInt32() == 2 && line.GetProperty("failure").ValueKind == JsonValueKind.Null);
        Assert.Equal(1, plant.Count("CONNECTED plant=1 device=press"));
        await plc.DisposeAsync();
        await WhenAsync(line => line.GetProperty("failure").ValueKind == JsonValueKind.String
            && line.GetProperty("values").GetProperty("contador_bom").ValueKind == JsonValueKind.Null);
        await plant.SignalAsync("TERM");
        Assert.Equal(0, await plant.WhenExitedAsync());

        async Task WhenAsync(Func<JsonElement, bool> isWanted)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (!site.Lines("data/lines.jsonl").Where(line => line.EndsWith('}'))
                .Any(line => isWanted(JsonSerializer.Deserialize<JsonElement>(line))))
            {
                Assert.False(patience.IsCancellationRequested, plant.Output);
                await Task.Yield();
            }
        }
    }

    [SkippableFact]
    public async Task Values_go_back_into_the_bytes_of_another_block_as_soon_as_they_are_good()
    {
        var press = new PressValues(true, false, true, 12.5f, 3.25f, 1204, -3);
        await using var source = await Plc.StartAsync(500, press.ToBytes());
        await using var target = await Plc.StartAsync(600, [.. Enumerable.Repeat((byte)0xEE, 10)]);
        using var site = new SiteFolder($"""
            [site]
            name = "test"

            [devices.press]
            driver = "s7"
            host   = "127.0.0.1"
            port   = {source.Port}

            [devices.lab]
            driver = "s7"
            host   = "127.0.0.1"
            port   = {target.Port}
            blocks = "write"

            [sinks.lines]
            sink = "jsonl"
            path = "data/lines.jsonl"
            """);
        site.Write("recipes/press.csx", """
            var press = Plant.press.Block("DB500", bytes: 14)
                .Decode(every: 50.Milliseconds, new("maquina_ligada", 0, DataType.Bool), new("AI_Corrente", 2, DataType.Real), new("contador_bom", 10, DataType.Int));
            press.Scale("AI_Corrente", 2)
                .EncodeTo(Plant.lab.Block("DB600", bytes: 10), new("maquina_ligada", 1, DataType.Bool, bit: 7), new("AI_Corrente", 2, DataType.LReal));
            """);
        await using var plant = PlantProcess.Start("run", site.Path);
        using var look = target.Look();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        for (var image = ""; image != "EE804039000000000000";)
        {
            Assert.False(patience.IsCancellationRequested, $"{image}\n{plant.Output}");
            image = (await look.ReadAsync("DB", 600, 0, 10)).ToUpperInvariant();
        }

        await plant.SignalAsync("TERM");
        Assert.Equal(0, await plant.WhenExitedAsync());
    }
}
